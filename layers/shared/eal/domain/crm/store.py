"""Pushing leads to the tenant's CRM: the push as it stands on the lead, and the queue that carries it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple, Self

from eal.core import ids
from eal.core.caller import Caller
from eal.core.errors import Conflict, NotFound
from eal.core.json import Json
from eal.core.outbound import later
from eal.core.outbound.schedule import GONE, next_attempt_at
from eal.core.table.item import dump, load
from eal.core.table.read import get_all
from eal.core.tenancy import Mode, TenantScoped
from eal.domain.integrations import store as integrations
from eal.domain.integrations.model import Integration
from eal.domain.leads import store
from eal.domain.leads.model import CrmSync, Lead
from eal.domain.leads.wire import LeadView

VENDOR = "crm"
URL, SECRET = "url", "signing_secret"
NOT_CONNECTED = "not_connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(TenantScoped):
    """A message of the CRM queue: this attempt of this push is due, or will be."""

    organization_id: str
    mode: Mode
    lead_id: str
    push_id: str
    request_id: str
    attempt: int = 1

    @classmethod
    def of(cls, message: Mapping[str, Json]) -> Self:
        return load(cls, message)

    def following(self) -> Self:
        return replace(self, attempt=self.attempt + 1)


class Work(NamedTuple):
    """What an attempt needs, as it was at one moment. None is what is not there, or not whole."""

    lead: Lead | None
    crm: Integration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an attempt: a status of the CRM's, a fault's name, or nothing where it was simulated."""

    status_code: int | None = None
    error: str | None = None
    retry_after: float | None = None
    simulated: bool = False

    @property
    def succeeded(self) -> bool:
        return self.simulated or (self.status_code is not None and 200 <= self.status_code < 300)

    @property
    def is_final(self) -> bool:
        """Trying again has no sense: the CRM said that it wants no more, or there is none."""
        return self.status_code == GONE or self.error == NOT_CONNECTED


def request_push(lead_id: str, by: Caller) -> Lead:
    """The lead with a push pending, in place of an earlier one.

    Raises: NotFound, PreconditionFailed; Conflict where no CRM is connected.
    """
    lead, crm = _read(lead_id, by) if ids.is_id("lead", lead_id) else Work(None, None)
    if lead is None:
        raise NotFound(f"There is no lead {lead_id[:40]}.")
    by.transaction.check_if_match(lead.version)
    if crm is None:
        raise Conflict(
            f"No CRM is connected in {by.mode} mode. Set its 'url' and 'signing_secret' "
            "with PUT /v1/integrations/crm.",
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


def find(due: Due, by: Caller) -> Work:
    """The lead, if it still waits for this very attempt or an earlier one of the push; and the CRM."""
    lead, crm = _read(due.lead_id, by)
    sync = lead.crm_sync if lead else None
    if sync is None or sync.push_id != due.push_id or sync.status != "pending":
        return Work(None, crm)
    return Work(lead if due.attempt > sync.attempts else None, crm)


def after_attempt(sync: CrmSync, outcome: Outcome, at: datetime, now: datetime, *, jitter: float) -> CrmSync:
    """The push after an attempt at `at` whose outcome is known `now`. `jitter` is from -1 to 1."""
    attempts = sync.attempts + 1
    due = None
    if not outcome.succeeded and not outcome.is_final:
        due = next_attempt_at(
            attempts, now, began_at=sync.requested_at, jitter=jitter, retry_after=outcome.retry_after
        )
    status: Literal["pending", "synced", "failed"] = "pending" if due else "failed"
    return replace(
        sync,
        status="synced" if outcome.succeeded else status,
        attempts=attempts,
        last_attempt_at=at,
        next_attempt_at=due,
        synced_at=now if outcome.succeeded else None,
        last_status_code=outcome.status_code,
        last_error=None if outcome.succeeded else outcome.error or f"http_{outcome.status_code}",
    )


def record(lead: Lead, sync: CrmSync, by: Caller) -> None:
    """Put what has become of a push on its lead. Customers are told of its end only."""
    action = {"pending": "lead.push_attempted", "synced": "lead.pushed", "failed": "lead.push_failed"}
    changed = _replace(lead, sync, action[sync.status], by)
    if sync.status != "pending":
        by.transaction.emit("lead.updated", LeadView.of(changed).model_dump(mode="json"))


def enqueue(due: Due, at: datetime, now: datetime) -> None:
    """Send the message so that it comes at `at`."""
    later.send(
        "crm",
        json.dumps(asdict(due)),
        group=due.organization_id,
        name=f"{due.push_id}-{due.attempt}",
        at=at,
        now=now,
    )


def _read(lead_id: str, by: Caller) -> Work:
    lead, item = get_all(
        [store.LEADS.key(by.tenant, lead_id), integrations.integration_key(by.tenant, VENDOR)],
    )
    crm = load(Integration, item) if item else None
    is_whole = crm is not None and URL in crm.settings and SECRET in crm.secrets
    return Work(load(Lead, lead) if lead else None, crm if is_whole else None)


def _replace(lead: Lead, sync: CrmSync, action: str, by: Caller) -> Lead:
    changed = replace(lead, crm_sync=sync, updated_at=by.at, version=lead.version + 1)
    by.transaction.replace(store.item_of(changed, by), was=lead.version)
    store.audit_change(action, lead, dump(lead), dump(changed), by)
    return changed
