"""The sender's state: paused if too many of its e-mails bounce or are complained about, until an admin resumes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get, walk
from eal.domain.outreach.deliverability.model import WINDOW, Metric, SenderState, pause_reason
from eal.domain.outreach.deliverability.store import counts_in, hour_of
from eal.domain.outreach.deliverability.wire import OutreachSenderView
from eal.domain.outreach.tenant_clock import now_of

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

_KIND = "SENDER"


def is_paused(tenant: Tenant) -> bool:
    """Whether no e-mail of the tenant may be sent now."""
    return sender_of(tenant).status == "paused"


def sender_of(tenant: Tenant) -> SenderState:
    """The sender's state. A tenant whose sender was never paused has no item."""
    item = get(key_of(tenant))
    return load(SenderState, item) if item else SenderState(id=tenant.organization_id, version=0)


def pause_if_unwanted(by: Caller) -> None:
    """Pause the sender, in the caller's transaction, if the bounces or complaints of the last seven days require it.

    Call it after the commit of what was counted. A worker that is killed in between is repeated, so no pause is lost.
    """
    before = sender_of(by.tenant)
    if before.status == "paused":
        return
    now = now_of(by.tenant, by.at)
    reason = pause_reason(_counts_since(_counted_from(before, now), by.tenant))
    if reason is None:
        return
    after = _replace(
        "sender.paused", before, replace(before, status="paused", reason=reason, paused_at=now), by
    )
    by.transaction.emit("outreach.sender.paused", OutreachSenderView.of(after).model_dump(mode="json"))


def resume(note: str, by: Caller) -> SenderState:
    """The sender, active again. Its counts start again with the next hour. One that is not paused stays as it is."""
    before = sender_of(by.tenant)
    if before.status == "active":
        return before
    after = replace(before, status="active", reason=None, paused_at=None, resumed_at=now_of(by.tenant, by.at))
    return _replace("sender.resumed", before, after, by, note)


def _replace(
    action: str, before: SenderState, changed: SenderState, by: Caller, note: str | None = None
) -> SenderState:
    after = replace(changed, version=before.version + 1)
    item = {**key_of(by.tenant)._asdict(), "kind": _KIND, **dump(after)}
    by.transaction.put_version(item, was=before.version)
    noted = {"note": note} if note else {}
    by.transaction.audit(action, after.id, audit.changes(dump(before), {**dump(after), **noted}))
    return after


def _counted_from(sender: SenderState, now: datetime) -> datetime:
    """The hour of a resumption is left out, because it also has the e-mails that led to the pause."""
    start = now - WINDOW
    if sender.resumed_at is None:
        return start
    return max(start, sender.resumed_at + timedelta(hours=1))


def _counts_since(start: datetime, tenant: Tenant) -> Counter[Metric]:
    values: Item = {":pk": partition(tenant, "SENDER_HOUR"), ":start": hour_of(start)}
    return sum(map(counts_in, walk("pk = :pk AND sk >= :start", values)), Counter[Metric]())


def key_of(tenant: Tenant) -> Key:
    """`org_…#live#SENDER`, `state`."""
    return key(tenant, _KIND, "state")
