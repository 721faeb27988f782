"""The price of a deployment that nobody uses, in dollars per month, from its resources.

Prices of us-east-1 without free tiers. What the first requests cost is in tools/bench/prices.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tools.bench.prices import PRICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.preflight.deployment import Deployment

POLLS_OF_AN_IDLE_QUEUE = 5 * 3 * 60 * 24 * 30.4
"""Requests per month: Lambda polls with five long polls of 20 seconds at once (Lambda's guide, "Using Lambda with
Amazon SQS")."""
FIXED = {
    "AWS::CloudWatch::Dashboard": (
        3.00,
        "CloudWatch pricing: dashboards; the account's first three are free",
    ),
    "AWS::KMS::Key": (1.00, "KMS pricing: customer managed keys"),
    "AWS::SecretsManager::Secret": (0.40, "Secrets Manager pricing: secrets"),
    "AWS::WAFv2::WebACL": (5.00, "WAF pricing: web ACLs"),
}
"""Price of one resource, with its source."""
ALARM_METRIC = 0.10
"""CloudWatch pricing: alarms, for each metric that an alarm evaluates."""
WEB_ACL_RULE = 1.00
"""WAF pricing: rules."""


class Cost(NamedTuple):
    what: str
    number: int
    dollars: float


def idle(deployment: Deployment) -> Iterator[Cost]:
    metrics = sum(
        sum("MetricStat" in metric for metric in alarm.get("Metrics", [])) or 1
        for alarm in deployment.of_type("AWS::CloudWatch::Alarm").values()
    )
    yield Cost("metrics of alarms", metrics, metrics * ALARM_METRIC)
    mappings = deployment.of_type("AWS::Lambda::EventSourceMapping").values()
    queues = sum(mapping["EventSourceArn"].split(":")[2] == "sqs" for mapping in mappings)
    polls = POLLS_OF_AN_IDLE_QUEUE * PRICES["queue_requests"].dollars
    yield Cost("queues that Lambda polls", queues, queues * polls)
    rules = sum(len(acl.get("Rules", [])) for acl in deployment.of_type("AWS::WAFv2::WebACL").values())
    yield Cost("rules of web ACLs", rules, rules * WEB_ACL_RULE)
    for kind, (dollars, _) in FIXED.items():
        number = len(deployment.of_type(kind))
        yield Cost(kind.removeprefix("AWS::"), number, number * dollars)
