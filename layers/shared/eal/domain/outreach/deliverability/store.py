"""Counters of e-mails in the State table, changed in the transaction of what they count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from eal.core.errors import ValidationFailed
from eal.core.table.keys import key, partition
from eal.core.table.progress import Addition
from eal.core.table.read import pages
from eal.domain.outreach.deliverability.model import METRICS, RETENTION, WINDOW, Bucket, metrics_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.deliverability.model import Metric
    from eal.domain.outreach.emails.model import Email

_KIND = "DELIVERABILITY"
MAX_PAGES = 10
"""Pages of a megabyte, some 50,000 buckets together, that one request reads."""
_WATCHED: frozenset[Metric] = frozenset({"sent", "hard_bounced", "complained"})
"""Metrics on which a pause of the sender depends: they are also counted by the hour."""


def counted(email: Email, what: Metric, by: Caller) -> None:
    """Count one more metric of an e-mail, in the caller's transaction. Nothing before its sending is recorded.

    `sent` also counts what was reported earlier. Call it at most once in a transaction: `count_change` counts several.
    """
    _add(email, metrics_of(email) if what == "sent" else {what}, by)


def count_change(before: Email, after: Email, by: Caller, *, unsubscribed: bool = False) -> None:
    """Count what an e-mail has become, in the caller's transaction, and whether its recipient has unsubscribed."""
    more: frozenset[Metric] = frozenset({"unsubscribed"} if unsubscribed else ())
    _add(after, metrics_of(after) - metrics_of(before) | more, by)


def _add(email: Email, metrics: Collection[Metric], by: Caller) -> None:
    if email.sent_at is None or not metrics:
        return
    bucket = Bucket.of(email, email.sent_at)
    _increment(_KIND, bucket.sk, metrics, email.sent_at + RETENTION, by)
    if watched := _WATCHED.intersection(metrics):
        _increment("SENDER_HOUR", hour_of(email.sent_at), watched, email.sent_at + WINDOW + WINDOW, by)


def counts_by_bucket(first_day: date, last_day: date, tenant: Tenant) -> dict[Bucket, Counter[Metric]]:
    """The counters of the e-mails that were sent on these days and between them.

    Raises: ValidationFailed if there are too many.
    """
    # "~" is higher than every character of a bucket's key after its day.
    values: Item = {":pk": partition(tenant, _KIND), ":first": f"{first_day}", ":last": f"{last_day}~"}
    found: dict[Bucket, Counter[Metric]] = {}
    for number, items in enumerate(pages("pk = :pk AND sk BETWEEN :first AND :last", values)):
        if number == MAX_PAGES:
            message = "Covers too many steps and variants to be added up. Use a shorter time."
            raise ValidationFailed.of_field("/since", message, "too_much", location="query")
        found |= {Bucket.read(cast("str", item["sk"])): counts_in(item) for item in items}
    return found


def counts_in(item: Item) -> Counter[Metric]:
    return Counter({metric: cast("int", item[metric]) for metric in METRICS if metric in item})


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
