"""AWS's list prices on demand, in us-east-1, in dollars, without free tiers and volume discounts.

As of AS_OF; check them against AWS's pricing pages before quoting a sum. `source` names the page or the article that
stated the price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

AS_OF = "2026-08"
MILLION = 1_000_000.0

type Amount = Literal[
    "api_requests",
    "lambda_requests",
    "lambda_gb_seconds",
    "write_units",
    "read_units",
    "table_gb_months",
    "recovery_gb_months",
    "bus_events",
    "queue_requests",
    "fair_queue_requests",
    "object_writes",
    "object_reads",
    "object_gb_months",
    "kms_requests",
    "schedules",
    "log_gb",
    "traces",
    "egress_gb",
]


@dataclass(frozen=True, slots=True)
class Price:
    service: str
    dollars: float
    source: str


PRICES: Mapping[Amount, Price] = {
    "api_requests": Price("API Gateway", 3.50 / MILLION, "API Gateway pricing: REST API, first 333 million"),
    "lambda_requests": Price("Lambda", 0.20 / MILLION, "Lambda pricing: requests"),
    "lambda_gb_seconds": Price("Lambda", 0.0000133334, "Lambda pricing: duration, arm64"),
    "write_units": Price("DynamoDB", 0.625 / MILLION, "DynamoDB pricing: on demand, since 2024-11-01"),
    "read_units": Price("DynamoDB", 0.125 / MILLION, "DynamoDB pricing: on demand, since 2024-11-01"),
    "table_gb_months": Price("DynamoDB storage", 0.25, "DynamoDB pricing: Standard table class"),
    "recovery_gb_months": Price(
        "Point-in-time recovery",
        0.20,
        "DynamoDB pricing: continuous backups, by the table without its indexes",
    ),
    "bus_events": Price("EventBridge", 1.00 / MILLION, "EventBridge pricing: custom events, 64 KB each"),
    "queue_requests": Price("SQS", 0.40 / MILLION, "SQS pricing: standard queues, 64 KB each"),
    "fair_queue_requests": Price(
        "SQS", 0.10 / MILLION, "cloudburn, Amazon SQS Pricing, 2026-03: surcharge for messages with a group"
    ),
    "object_writes": Price("S3", 5.00 / MILLION, "S3 pricing: Standard, PUT, COPY, POST, LIST"),
    "object_reads": Price("S3", 0.40 / MILLION, "S3 pricing: Standard, GET and all others"),
    "object_gb_months": Price(
        "S3 storage",
        0.023,
        "S3 pricing: Standard. A lifecycle rule does not move objects below 128 KB to another class",
    ),
    "kms_requests": Price("KMS", 3.00 / MILLION, "KMS pricing: symmetric and HMAC keys"),
    "schedules": Price("Scheduler", 1.00 / MILLION, "EventBridge pricing: Scheduler, invocations"),
    "log_gb": Price("CloudWatch Logs", 0.50, "CloudWatch pricing: ingestion, Standard class"),
    "traces": Price("X-Ray", 5.00 / MILLION, "X-Ray pricing: recorded traces"),
    "egress_gb": Price("Data transfer", 0.09, "EC2 pricing: data transfer out to the internet"),
}


def dollars(amounts: Mapping[Amount, float]) -> float:
    return sum(PRICES[amount].dollars * value for amount, value in amounts.items())


def by_service(amounts: Mapping[Amount, float]) -> dict[str, float]:
    """Dollars by service, the most expensive first."""
    sums: dict[str, float] = {}
    for amount, value in amounts.items():
        service = PRICES[amount].service
        sums[service] = sums.get(service, 0.0) + PRICES[amount].dollars * value
    return dict(sorted(sums.items(), key=lambda entry: -entry[1]))
