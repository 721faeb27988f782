"""Drafts in the State table: searches, and changes with their audit records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core.errors import Conflict, ValidationFailed
from eal.core.table.collection import Collection
from eal.core.table.keys import Key, partition
from eal.domain.outreach.drafts.model import PERSONAL, Draft

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.drafts.wire import DraftQuery


def _provenance(draft: Draft) -> Item:
    """The parts of the provenance that the audit log records: those that name the engine and its input."""
    if draft.provenance is None:
        return {}
    return {
        "engine": draft.provenance.engine,
        "model": draft.provenance.model,
        "prompt_version": draft.provenance.prompt_version,
        "input_sha256": draft.provenance.input_sha256,
    }


DRAFTS = Collection(
    "DRAFT",
    Draft,
    id_prefix="draft",
    noun="draft",
    indexes={"lead_id": ("gsi2", "lead"), "prospect_id": ("gsi2", "prospect"), "status": ("gsi1", "status")},
    personal=PERSONAL,
    unaudited=frozenset({"provenance"}),
    derived=_provenance,
)


def recipient_partition(tenant: Tenant, address: str) -> str:
    """`org_…#live#DRAFT_RECIPIENT#dana@example.com`: the pointers to the drafts to one address, for erasures.

    Items and not an index, because both indexes are used by lists.
    """
    return partition(tenant, "DRAFT_RECIPIENT", address)


def recipient_key(tenant: Tenant, draft: Draft) -> Key:
    return Key(recipient_partition(tenant, draft.to), draft.id)


def create(new: Draft, by: Caller) -> None:
    """Add a draft, in the caller's transaction."""
    by.transaction.create(DRAFTS.item(by.tenant, new))
    pointer = recipient_key(by.tenant, new)
    by.transaction.create({**pointer._asdict(), "kind": "DRAFT_RECIPIENT"})
    DRAFTS.audit(by.transaction, "draft.created", None, new)


def search(query: DraftQuery, by: Caller) -> Page[Draft]:
    """Drafts, newest first."""
    if query.lead_id and query.prospect_id:
        raise ValidationFailed.of_field(
            "/prospect_id", "Send 'lead_id' or 'prospect_id', not both.", "exclusive", location="query"
        )
    filters: Filters = {"lead_id": query.lead_id, "prospect_id": query.prospect_id, "status": query.status}
    return DRAFTS.search(by.tenant, query, filters)


def delete(draft_id: str, by: Caller) -> None:
    """Delete a draft. The e-mail that it became stays.

    Raises: NotFound, PreconditionFailed; Conflict while its e-mail is queued.
    """
    before = DRAFTS.get(by.tenant, draft_id)
    by.transaction.check_if_match(before.version)
    if before.status == "queued":
        raise conflict(before, "deleted")
    by.transaction.delete(DRAFTS.key(by.tenant, before.id), was=before.version)
    by.transaction.delete(recipient_key(by.tenant, before))
    DRAFTS.audit(by.transaction, "draft.deleted", before, None)


def replace_version(action: str, before: Draft, changed: Draft, by: Caller) -> Draft:
    """Write the draft's next version, in the caller's transaction."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.replace(DRAFTS.item(by.tenant, after), was=before.version)
    DRAFTS.audit(by.transaction, action, before, after)
    return after


def conflict(draft: Draft, change: str) -> Conflict:
    """The refusal of a change that the draft's status does not allow."""
    message = f"A draft with the status '{draft.status}' cannot be {change}."
    if draft.email_id:
        return Conflict(message, status=draft.status, email_id=draft.email_id)
    return Conflict(message, status=draft.status)
