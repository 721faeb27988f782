"""The traces of what was erased, in every resource: whatever refers to it by its id or by a person's contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.transaction import until_committed
from eal.domain.calls import erasure as calls
from eal.domain.claims import erasure as claims
from eal.domain.claims import retention
from eal.domain.claims.photos import erasure as photos
from eal.domain.claims.sign_offs import erasure as sign_offs
from eal.domain.content import erasure as contents
from eal.domain.content import store as content_store
from eal.domain.erasure.messages import (
    EraseCallTask,
    EraseClaimEvidenceTask,
    EraseClaimPhotoTask,
    EraseClaimTask,
    EraseContentTask,
    EraseLeadTask,
    EraseProspectTask,
)
from eal.domain.leads import erasure as leads
from eal.domain.messages import erasure as messages
from eal.domain.outreach import erasure as outreach
from eal.domain.outreach.drafts import erasure as drafts
from eal.domain.outreach.replies import erasure as replies
from eal.domain.outreach.review_requests import erasure as review_requests
from eal.domain.prospects import erasure as prospects
from eal.domain.reviews import erasure as reviews
from eal.domain.webhooks.deliveries import erasure as deliveries

if TYPE_CHECKING:
    from eal.core.messages import TenantMessage
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant
    from eal.domain.calls.model import Call
    from eal.domain.erasure.messages import EraseTask
    from eal.domain.outreach.enrollments.model import Enrollment

_WORKER = "erase_traces"


def erase(task: EraseTask) -> None:
    """Erase personal values in stored events and responses, a lead's history, what receivers answered to its events,
    calls and messages from and to the person, and its reviews.

    The tombstone's contacts, by which messages are found, are removed last, so that a second run finds the rest.
    Enrollments that the first try has stopped are kept for the next one, which does not find them open any more.
    """
    stopped: dict[str, Enrollment] = {}
    until_committed(lambda: _erase(task, stopped))


def _erase(task: EraseTask, stopped: dict[str, Enrollment]) -> None:
    tenant = task.tenant
    match task:
        case EraseCallTask():
            _scrub_call(tenant, task.call_id)
        case EraseContentTask():
            contents.scrub_traces(tenant, task.content_id)
            deliveries.erase_responses(tenant, task.content_id)
        case EraseClaimTask():
            claims.scrub_traces(tenant, task.claim_id)
            deliveries.erase_responses(tenant, task.claim_id)
        case EraseClaimEvidenceTask():
            retention.delete_evidence(tenant, task.claim_id, task.until)
        case EraseClaimPhotoTask():
            photos.scrub_traces(tenant, task.claim_id, task.photo_id)
            sign_offs.delete_reports(tenant, task.claim_id, task.photo_id)
        case EraseProspectTask():
            prospects.scrub_traces(tenant, task.prospect_id)
            if prospect := prospects.find_erased(tenant, task.prospect_id):
                _erase_person(prospect, task, stopped)
        case EraseLeadTask():
            leads.scrub_traces(tenant, task.lead_id)
            deliveries.erase_responses(tenant, task.lead_id)
            if lead := leads.find_erased(tenant, task.lead_id):
                _erase_person(prospects.without_contacts_of_prospects(tenant, lead), task, stopped)


def _erase_person(erased: Erased, task: TenantMessage, kept: dict[str, Enrollment]) -> None:
    """Erase what refers to a lead or a prospect by its id or its contacts."""
    tenant = task.tenant
    # First, so that nothing more is sent.
    by = task.as_worker(_WORKER)
    kept |= {enrollment.id: enrollment for enrollment in outreach.stop_enrollments(erased, by)}
    by.transaction.commit()
    stopped = tuple(kept.values())
    for call in calls.calls_of(tenant, erased):
        _erase_call(call, task)
    messages.erase_messages(tenant, erased)
    drafts.erase_drafts(tenant, erased)
    _erase_reviews(erased, task)
    for reply_id in replies.reply_ids(tenant, erased):
        replies.scrub_traces(tenant, reply_id)
        deliveries.erase_responses(tenant, reply_id)
        replies.erase_reply(tenant, reply_id)
    for email in outreach.emails_of(tenant, erased, stopped):
        outreach.scrub_traces(tenant, email.id)
        deliveries.erase_responses(tenant, email.id)
        outreach.erase_email(tenant, email)
    outreach.erase_addresses(tenant, erased, stopped)
    erased.close()


def _erase_reviews(erased: Erased, task: TenantMessage) -> None:
    """Erase the person's reviews with the responses to them, and the requests for reviews.

    The review itself is erased last, because a second run finds the responses by it.
    """
    tenant = task.tenant
    for review_id in reviews.review_ids(tenant, erased.id):
        for content in content_store.responses_to(review_id, tenant):
            by = task.as_worker(_WORKER)
            contents.erase(content, by)
            by.transaction.commit()
        deliveries.erase_responses(tenant, review_id)
        reviews.erase(tenant, review_id)
    for request_id in review_requests.request_ids(tenant, erased):
        deliveries.erase_responses(tenant, request_id)
        review_requests.erase(tenant, request_id)


def _erase_call(call: Call, task: TenantMessage) -> None:
    """Erase a call of the person, in a transaction of its own.

    The call itself is erased last, because a second run finds it by its item. If it has changed since it was read, the
    run is repeated, because the change has emitted another event.
    """
    _scrub_call(task.tenant, call.id)
    by = task.as_worker(_WORKER)
    calls.erase_version(call, by)
    by.transaction.commit()


def _scrub_call(tenant: Tenant, call_id: str) -> None:
    calls.scrub_traces(tenant, call_id)
    deliveries.erase_responses(tenant, call_id)
