"""Logs and metrics: structured lines and embedded metrics to standard output. Never personal data, never a body.

Code names the fields of a line one by one; nothing logs a whole event, request or item.
"""

from __future__ import annotations

import os
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from aws_lambda_powertools.logging import Logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.metrics import Metrics

type Count = Literal[
    "limiter_failed_open",
    "sign_ins_refused",
    "inbound_received",
    "inbound_refused",
    "inbound_refused_at_url",
    "inbound_duplicates",
    "inbound_unknown_kind",
    "inbound_foreign",
    "inbound_not_answered",
    "modifications_deferred",
    "gap_found",
    "outbox_published",
    "outbox_swept",
    "deliveries_succeeded",
    "deliveries_failed",
    "deliveries_deferred",
    "deliveries_replayed",
    "endpoints_disabled",
    "endpoints_paused",
    "recordings_stored",
    "recordings_failed",
    "recordings_deferred",
    "recordings_deleted",
    "transcripts_deleted",
    "claim_evidence_deleted",
    "claims_extracted",
    "claim_bundles_written",
    "photos_ready",
    "photos_rejected",
    "calls_classified",
    "calls_judged",
    "calls_confidence",
    "calls_unsure",
    "calls_overruled",
    "bedrock_fallbacks",
    "bedrock_microusd",
    "drafts_written",
    "content_written",
    "dispatches_escalated",
    "alerts_sent",
    "alerts_skipped",
    "alerts_failed",
    "content_published",
    "publications_refused",
    "replies_classified",
    "leads_scored_by_notes",
    "reviews_unreadable",
    "review_replies_posted",
    "review_replies_failed",
    "activity_counted",
    "emails_sent",
    "emails_failed",
    "emails_suppressed",
    "pushes_succeeded",
    "pushes_failed",
    "pushes_deferred",
    "rows_imported",
    "imports_throttled",
    "audit_archived",
    "audit_exported",
    "checkpoints_signed",
]

# `json_deserializer`: Powertools would try to read each message as JSON, but a message here is a word.
logger = Logger(service="eal", serialize_stacktrace=False, utc=True, json_deserializer=str)
_counted: list[tuple[Count, int]] = []
_counting = Lock()


def begin(request_id: str, **fields: str | int | None) -> None:
    """Start the thread's log context for a request or message: every line has these fields."""
    logger.thread_safe_clear_keys()
    logger.thread_safe_append_keys(request_id=request_id, **fields)


class LogContext(NamedTuple):
    """A log context for work that changes between several requests or messages."""

    request_id: str
    fields: Mapping[str, str | int | None]

    def extended(self, **fields: str | int | None) -> Self:
        return self._replace(fields={**self.fields, **fields})

    def enter(self) -> None:
        """Make it the thread's log context."""
        begin(self.request_id, **self.fields)


def bind(**fields: str | int | None) -> None:
    """Add fields to the context."""
    logger.thread_safe_append_keys(**fields)


def count(name: Count, value: int = 1) -> None:
    """Add to a metric. `flush` sends it."""
    with _counting:
        _counted.append((name, value))


def flush() -> None:
    """Write the metrics as one line, if there are any."""
    with _counting:
        if not _counted:
            return
        for name, value in _counted:
            metrics().add_metric(name=name, unit="Count", value=value)
        _counted.clear()
        metrics().flush_metrics()


@cache
def metrics() -> Metrics:
    """Created by the first count: its import costs a cold start milliseconds, and most requests count nothing.

    The service is a dimension of each metric and contains the stage, because an account may have several stacks.
    """
    from aws_lambda_powertools.metrics import Metrics

    return Metrics(namespace="EAL", service=os.environ.get("POWERTOOLS_SERVICE_NAME", "eal"))
