"""Reviews in the State table: one item for each, found by its surface and its id there, and its earlier versions."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.errors import Conflict, ValidationFailed
from eal.core.table.collection import Collection
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get as get_item
from eal.core.table.read import pages, walk
from eal.domain.reviews import statistics
from eal.domain.reviews.model import PERSONAL, EarlierVersion, Review, merged, replaced_version
from eal.domain.reviews.wire import ReviewView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.reviews.model import Outcome, ReviewFacts, ReviewReply, Surface
    from eal.domain.reviews.wire import ReviewCreate, ReviewQuery

REVIEWS = Collection(
    "REVIEW",
    Review,
    id_prefix="review",
    noun="review",
    indexes={"lead_id": ("gsi2", "lead"), "surface": ("gsi1", "surface")},
    personal=PERSONAL,
)

MAX_VERSIONS_SHOWN = 20


class ReviewErased(Exception):
    """The review was erased with its customer. Its claim remains, so that nothing ingests it again."""

    def __init__(self, review_id: str) -> None:
        super().__init__(review_id)
        self.review_id = review_id


def claim_key(tenant: Tenant, surface: Surface, external_id: str) -> Key:
    """`org_…#live#REVIEW_CLAIM`, `google#…`: it names the one review with this id at the surface.

    The id is hashed, because the claim outlives an erasure, and by the id a person could find the review.
    """
    return key(tenant, "REVIEW_CLAIM", f"{surface}#{hashlib.sha256(external_id.encode()).hexdigest()}")


def versions_partition(tenant: Tenant, review_id: str) -> str:
    """`org_…#live#REVIEW_VERSION#review_…`: what the review said before its author changed it."""
    return partition(tenant, "REVIEW_VERSION", review_id)


def search(query: ReviewQuery, by: Caller) -> Page[Review]:
    """Reviews, newest first.

    Raises: InvalidCursor.
    """
    filters: Filters = {
        "lead_id": query.lead_id or None,
        "surface": query.surface,
        "status": query.status,
        "rating": query.rating,
    }
    return REVIEWS.search(by.tenant, query, filters)


def of_surface(surface: Surface, by: Caller) -> Iterator[Review]:
    """Every review of a surface, by an index that may lag behind the table."""
    values: Item = {":surface": REVIEWS.partition(by.tenant, "surface", surface)}
    return map(REVIEWS.load, walk("gsi1pk = :surface", values, index="gsi1"))


def get_with_versions(review_id: str, by: Caller) -> tuple[Review, list[EarlierVersion]]:
    """The review, and what it said earlier, newest first: at most the newest 20 versions. Raises: NotFound."""
    review = REVIEWS.get(by.tenant, review_id)
    if review.version == 1:
        return review, []
    values: Item = {":pk": versions_partition(by.tenant, review_id)}
    newest = next(pages("pk = :pk", values, limit=MAX_VERSIONS_SHOWN, newest_first=True), [])
    return review, [load(EarlierVersion, item) for item in newest]


def report(body: ReviewCreate, by: Caller) -> tuple[Review, bool]:
    """The review that a request reports, and whether it is new.

    Raises: ValidationFailed for a time in the future; Conflict for a review that was erased. The commit raises
    ValidationFailed if there is no such lead.
    """
    if body.reviewed_at > by.at:
        raise ValidationFailed.of_field("/reviewed_at", "Must not be in the future.", "future")
    try:
        review, outcome = ingest(body.facts(), by)
    except ReviewErased as erased:
        raise Conflict("The review was erased and cannot be ingested again.", id=erased.review_id) from None
    return review, outcome == "created"


def ingest(facts: ReviewFacts, by: Caller) -> tuple[Review, Outcome]:
    """Store what a surface shows of a review, in the caller's transaction. Idempotent: facts that are known, or older
    than the stored ones, change nothing.

    The commit raises AlreadyWritten or Stale if another worker ingests the review concurrently: read again.
    Raises: ReviewErased.
    """
    claim = get_item(claim_key(by.tenant, facts.surface, facts.external_id))
    if claim is None:
        return _create(facts, by), "created"
    review_id = cast("str", claim["review_id"])
    before = REVIEWS.find(by.tenant, review_id)
    if before is None:
        raise ReviewErased(review_id)
    after = merged(before, facts)
    if after is before:
        return before, "unchanged"
    if after.lead_id != before.lead_id and after.lead_id:
        by.transaction.require_named("/lead_id", "LEAD", "lead", after.lead_id)
    return _replace("review.updated", before, after, by), "updated"


def deleted_at_source(review_id: str, by: Caller) -> Review:
    """Record that the surface no longer shows the review, in the caller's transaction. Idempotent.

    Raises: NotFound.
    """
    before = REVIEWS.get(by.tenant, review_id)
    if before.status == "deleted":
        return before
    return _replace("review.deleted_at_source", before, replace(before, status="deleted"), by)


def record_reply(review_id: str, reply: ReviewReply | None, by: Caller) -> Review:
    """Record what became of the public answer, in the caller's transaction. Idempotent. None: the surface has none.

    Raises: NotFound.
    """
    before = REVIEWS.get(by.tenant, review_id)
    if before.reply == reply:
        return before
    return _replace("review.replied", before, replace(before, reply=reply), by)


def _create(facts: ReviewFacts, by: Caller) -> Review:
    new = Review(
        id=ids.new(REVIEWS.id_prefix, by.at),
        surface=facts.surface,
        external_id=facts.external_id,
        rating=facts.rating,
        text=facts.text,
        author=facts.author,
        reviewed_at=facts.reviewed_at,
        edited_at=facts.edited_at,
        lead_id=facts.lead_id,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )
    if new.lead_id:
        by.transaction.require_named("/lead_id", "LEAD", "lead", new.lead_id)
    # Of two concurrent ingestions, one fails on the claim: its caller reads again and finds the review.
    claim = claim_key(by.tenant, new.surface, new.external_id)
    by.transaction.create({**claim._asdict(), "kind": "REVIEW_CLAIM", "review_id": new.id})
    by.transaction.create(REVIEWS.item(by.tenant, new))
    statistics.count_change(None, new, by)
    REVIEWS.audit(by.transaction, "review.received", None, new)
    by.transaction.emit("review.received", ReviewView.of(new).model_dump(mode="json"))
    return new


def _replace(action: str, before: Review, changed: Review, by: Caller) -> Review:
    """Write the review's next version. What it said before is kept if its rating or its text changes."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.replace(REVIEWS.item(by.tenant, after), was=before.version)
    if earlier := replaced_version(before, after):
        by.transaction.create(
            {
                "pk": versions_partition(by.tenant, before.id),
                "sk": f"{earlier.version:08}",
                "kind": "REVIEW_VERSION",
                **dump(earlier),
            }
        )
    statistics.count_change(before, after, by)
    REVIEWS.audit(by.transaction, action, before, after)
    by.transaction.emit("review.updated", ReviewView.of(after).model_dump(mode="json"))
    return after
