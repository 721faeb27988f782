"""Counters of e-mails in the State table, changed in the transaction of what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table.keys import key
from eal.core.table.progress import Addition
from eal.domain.outreach.deliverability.model import RETENTION, WINDOW, Bucket, metrics_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.outreach.deliverability.model import Metric
    from eal.domain.outreach.emails.model import Email

_WATCHED: frozenset[Metric] = frozenset({"sent", "hard_bounced", "complained"})
"""What a pause of the sender depends on: it is also counted by the hour."""


def counted(email: Email, what: Metric, by: Caller) -> None:
    """Count one more metric of an e-mail, in the caller's transaction. Nothing before its sending is recorded.

    `sent` also counts what was reported earlier. Call it at most once in a transaction: `count_change` counts several.
    """
    _add(email, metrics_of(email) if what == "sent" else {what}, by)


def count_change(before: Email, after: Email, by: Caller) -> None:
    """Count what an e-mail has become, in the caller's transaction."""
    _add(after, metrics_of(after) - metrics_of(before), by)


def _add(email: Email, metrics: Collection[Metric], by: Caller) -> None:
    if email.sent_at is None or not metrics:
        return
    bucket = Bucket.of(email, email.sent_at)
    _increment("DELIVERABILITY", bucket.sk, metrics, email.sent_at + RETENTION, by)
    if watched := _WATCHED.intersection(metrics):
        _increment("SENDER_HOUR", hour_of(email.sent_at), watched, email.sent_at + WINDOW + WINDOW, by)


def hour_of(at: datetime) -> str:
    """`2026-11-26T13`."""
    return f"{at:%Y-%m-%dT%H}"


def _increment(kind: str, sk: str, metrics: Collection[Metric], expires_at: datetime, by: Caller) -> None:
    addition = Addition(
        key=key(by.tenant, kind, sk),
        kind=kind,
        amounts=dict.fromkeys(sorted(metrics), 1),
        ttl=int(expires_at.timestamp()),
    )
    by.transaction.add(addition.operation())
