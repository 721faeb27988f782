"""Alerts in the State table. The id follows from the step and the person, so that no step is begun twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.table.collection import Collection
from eal.core.table.read import get_all, walk
from eal.domain.alerts.model import Alert
from eal.domain.alerts.wire import AlertView

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.alerts.messages import SendAlertTask
    from eal.domain.alerts.model import Recipient
    from eal.domain.alerts.wire import AlertQuery

ALERTS = Collection(
    "ALERT",
    Alert,
    id_prefix="alert",
    noun="alert",
    indexes={"call_id": ("gsi1", "call"), "phone": ("gsi2", "phone")},
    personal=frozenset({"name", "phone", "email"}),
    unaudited=frozenset({"tried_at", "may_have_arrived", "concerns_person"}),
)
_TEN_MINUTES = timedelta(minutes=10)
MAX_WAIT_MINUTES = 15
"""Longest time between the moment in an alert's id and its request."""


def id_of(task: SendAlertTask, phone: str) -> str:
    """The id of the alert to a person in a step. Ids rise with the steps, so that lists are in their order."""
    origin = ids.lowest(ALERTS.id_prefix, task.asked_at + timedelta(milliseconds=task.step))
    parts = (task.call_id, str(task.round), str(task.level), str(task.step), phone)
    return ids.derived(ALERTS.id_prefix, origin, *parts)


def search(query: AlertQuery, by: Caller) -> Page[Alert]:
    """Alerts, newest first by default.

    Raises: InvalidCursor.
    """
    filters = {name: getattr(query, name) for name in ("call_id", "channel", "status", "outcome")}
    return ALERTS.search(by.tenant, query, filters)


def of_call(call_id: str, tenant: Tenant) -> Iterator[Alert]:
    """The alerts about a call, oldest first. There are at most a few for each person on call."""
    values: dict[str, Json] = {":pk": ALERTS.partition(tenant, "call", call_id)}
    return (ALERTS.load(item) for item in walk("gsi1pk = :pk", values, index="gsi1"))


def of_level(task: SendAlertTask, recipient: Recipient, by: Caller) -> list[Alert | None]:
    """The alerts to a person at a level up to the message's step; None for one that was not begun."""
    tasks = [replace(task, step=step) for step in range(task.step + 1)]
    items = get_all([ALERTS.key(by.tenant, id_of(each, recipient.phone)) for each in tasks])
    return [ALERTS.load(item) if item else None for item in items]


def to_phone(phone: str, since: datetime, tenant: Tenant) -> Iterator[Alert]:
    """The alerts to a phone number since a time, newest first."""
    values: dict[str, Json] = {
        ":pk": ALERTS.partition(tenant, "phone", phone),
        ":since": ids.lowest(ALERTS.id_prefix, since),
    }
    return map(
        ALERTS.load, walk("gsi2pk = :pk AND gsi2sk >= :since", values, index="gsi2", newest_first=True)
    )


def requested_lately(phone: str, by: Caller) -> int:
    """The number of alerts to a phone number in the last ten minutes."""
    since = by.at - _TEN_MINUTES
    alerts = to_phone(phone, since - timedelta(minutes=MAX_WAIT_MINUTES), by.tenant)
    return sum(alert.requested_at is not None and alert.requested_at >= since for alert in alerts)


def begin(alert: Alert, by: Caller) -> None:
    """Create an alert, in the caller's transaction. The commit raises AlreadyWritten if it exists."""
    by.transaction.create(ALERTS.item(by.tenant, alert))
    ALERTS.audit(by.transaction, _action(alert), None, alert)
    _announce(alert, by)


def change(before: Alert, changed: Alert, by: Caller) -> Alert:
    """Write the alert's next version, in the caller's transaction."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.put_version(ALERTS.item(by.tenant, after), was=before.version)
    action = "alert.answered" if after.outcome != before.outcome else _action(after)
    ALERTS.audit(by.transaction, action, before, after)
    _announce(after, by)
    return after


def _action(alert: Alert) -> str:
    """The audit log's word for the alert's status."""
    return {"sending": "alert.requested", "waiting": "alert.deferred"}.get(
        alert.status, f"alert.{alert.status}"
    )


def _announce(alert: Alert, by: Caller) -> None:
    """Customers are told what became of an alert, and not that it is about to be sent."""
    if not alert.is_open or alert.outcome:
        by.transaction.emit("dispatch.alert.updated", AlertView.of(alert).model_dump(mode="json"))
