"""Pushes as they are stored: requested by the tenant, and recorded on the lead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.errors import Conflict
from eal.core.outbound.slots import SlotRequest
from eal.core.table.item import load
from eal.core.table.keys import key
from eal.core.table.read import get_all
from eal.domain.crm.model import Push
from eal.domain.integrations import store as integrations
from eal.domain.integrations.model import Integration
from eal.domain.leads.collection import LEADS
from eal.domain.leads.model import CrmSync
from eal.domain.leads.wire import LeadView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.crm.messages import PushToCrmTask
    from eal.domain.leads.model import Lead

VENDOR = "crm"
URL, SECRET = "url", "signing_secret"
_HEALTH_KIND = "CRM_HEALTH"
_ACTIONS = {"pending": "lead.push_attempted", "synced": "lead.pushed", "failed": "lead.push_failed"}
"""The audit actions by the push's status after an attempt."""


def request_push(lead_id: str, by: Caller) -> Lead:
    """The lead with a push pending, in place of an earlier one.

    Raises: NotFound, PreconditionFailed; Conflict if no CRM is connected.
    """
    lead, crm = _read(by.tenant, lead_id) if ids.is_id("lead", lead_id) else (None, None)
    if lead is None:
        raise LEADS.not_found(lead_id)
    by.transaction.check_if_match(lead.version)
    if crm is None:
        raise Conflict(
            f"No CRM is connected in {by.mode} mode. Set its 'url' and 'signing_secret' "
            "with PUT /integrations/crm.",
            vendor=VENDOR,
        )
    sync = CrmSync(
        push_id=ids.new("push", by.at),
        status="pending",
        requested_at=by.at,
        next_attempt_at=by.at,
        simulated=by.mode == "test",
    )
    after = _replace(lead, sync, "lead.push_requested", by)
    by.transaction.emit("lead.updated", LeadView.of(after).model_dump(mode="json"))
    by.transaction.enqueue_task("push_to_crm", {"lead_id": lead.id, "push_id": sync.push_id, "attempt": 1})
    return after


def slot_request(message: PushToCrmTask) -> SlotRequest:
    """The slot request of an attempt at the tenant's CRM, whose health is `org_…#live#CRM_HEALTH`, `crm`."""
    return SlotRequest(key(message.tenant, _HEALTH_KIND, VENDOR), _HEALTH_KIND, message.push_id)


def find(message: PushToCrmTask) -> Push | None:
    """The push of a message; None if it is not pending, or if another one or an erasure replaced it."""
    lead, crm = _read(message.tenant, message.lead_id)
    sync = lead.crm_sync if lead else None
    if lead is None or sync is None or sync.push_id != message.push_id or sync.status != "pending":
        return None
    return Push(lead, sync, crm)


def record(lead: Lead, sync: CrmSync, by: Caller) -> None:
    """Put the push after an attempt on its lead. Only a push that has ended emits an event."""
    changed = _replace(lead, sync, _ACTIONS[sync.status], by)
    if sync.status != "pending":
        by.transaction.emit("lead.updated", LeadView.of(changed).model_dump(mode="json"))


def _read(tenant: Tenant, lead_id: str) -> tuple[Lead | None, Integration | None]:
    """The lead and the CRM, each None if it does not exist; the CRM also if its address or secret is missing."""
    lead, item = get_all([LEADS.key(tenant, lead_id), integrations.integration_key(tenant, VENDOR)])
    crm = load(Integration, item) if item else None
    is_complete = crm is not None and URL in crm.settings and SECRET in crm.secrets
    return LEADS.load(lead) if lead else None, crm if is_complete else None


def _replace(lead: Lead, sync: CrmSync, action: str, by: Caller) -> Lead:
    changed = replace(lead, crm_sync=sync, updated_at=by.at, version=lead.version + 1)
    by.transaction.replace(LEADS.item(by.tenant, changed), was=lead.version)
    LEADS.audit(by.transaction, action, lead, changed)
    return changed
