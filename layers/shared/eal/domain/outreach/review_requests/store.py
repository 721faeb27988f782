"""Review requests in the State table, and the claims by which a customer is asked once in 90 days."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import clock
from eal.core.clock import rfc3339
from eal.core.errors import Conflict
from eal.core.table.collection import Collection
from eal.core.table.keys import Key, key
from eal.core.table.read import get_all
from eal.domain.outreach.review_requests.model import INTERVAL, PERSONAL, ReviewRequest
from eal.domain.outreach.suppressions.model import sha256_of

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.review_requests.wire import ReviewRequestQuery

REVIEW_REQUESTS = Collection(
    "REVIEW_REQUEST",
    ReviewRequest,
    id_prefix="review_request",
    noun="review request",
    indexes={"email": ("gsi1", "email"), "lead_id": ("gsi2", "lead")},
    personal=PERSONAL,
)

_CLAIM = "REVIEW_REQUEST_CLAIM"
_FILTERS = ("status", "email", "lead_id", "job_reference")


def claim_keys(tenant: Tenant, request: ReviewRequest) -> dict[str, Key]:
    """By the field of a customer: `org_…#live#REVIEW_REQUEST_CLAIM`, and `email#…` or `lead#…`.

    A claim names the latest request to the customer. The address is hashed, because a claim outlives an erasure: an
    erased customer is not asked again either.
    """
    keys = {"email": key(tenant, _CLAIM, f"email#{sha256_of(request.email)}")}
    if request.lead_id:
        keys["lead_id"] = key(tenant, _CLAIM, f"lead#{request.lead_id}")
    return keys


def search(query: ReviewRequestQuery, by: Caller) -> Page[ReviewRequest]:
    """Review requests, newest first.

    Raises: InvalidCursor.
    """
    return REVIEW_REQUESTS.search(by.tenant, query, {name: getattr(query, name) for name in _FILTERS})


def add(new: ReviewRequest, by: Caller) -> None:
    """Write a new request and claim its customer, in the caller's transaction.

    Raises: Conflict with `id`, `matched_on` and `next_possible_at` if the customer was asked in the last 90 days. The
    commit raises Stale if another request claims the customer concurrently.
    """
    keys = claim_keys(by.tenant, new)
    for (field, claim_key), claim in zip(keys.items(), get_all([*keys.values()]), strict=True):
        if claim:
            _check_interval(field, claim, new)
        was = cast("int", claim["version"]) if claim else 0
        by.transaction.put_version(
            {
                **claim_key._asdict(),
                "kind": _CLAIM,
                "request_id": new.id,
                "requested_at": rfc3339(new.requested_at),
                "ttl": int((by.at + INTERVAL).timestamp()),
                "version": was + 1,
            },
            was=was,
        )
    by.transaction.create(REVIEW_REQUESTS.item(by.tenant, new))
    REVIEW_REQUESTS.audit(by.transaction, "review_request.created", None, new)


def _check_interval(field: str, claim: Item, new: ReviewRequest) -> None:
    requested_at = clock.parse(cast("str", claim["requested_at"]))
    next_at = requested_at + INTERVAL
    if new.requested_at >= next_at:
        return
    customer = "This address" if field == "email" else "This lead"
    raise Conflict(
        f"{customer} was asked for a review on {requested_at:%Y-%m-%d}. It can be asked again from {rfc3339(next_at)}.",
        id=cast("str", claim["request_id"]),
        matched_on=field,
        next_possible_at=rfc3339(next_at),
    )


def release(request: ReviewRequest, by: Caller) -> None:
    """Give up the claims of a request that was not sent, in the caller's transaction. The commit raises Stale if
    another request claims the customer concurrently.
    """
    keys = [*claim_keys(by.tenant, request).values()]
    for claim_key, claim in zip(keys, get_all(keys), strict=True):
        if claim and claim["request_id"] == request.id:
            by.transaction.delete(claim_key, was=cast("int", claim["version"]))


def replace_version(action: str, before: ReviewRequest, changed: ReviewRequest, by: Caller) -> ReviewRequest:
    """Write the request's next version, in the caller's transaction."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.put_version(REVIEW_REQUESTS.item(by.tenant, after), was=before.version)
    REVIEW_REQUESTS.audit(by.transaction, action, before, after)
    return after
