"""Content items in the State table: keys, searches, and writes with their revisions and audit records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.errors import Conflict
from eal.core.table.collection import Collection
from eal.core.table.item import dump
from eal.core.table.keys import Key, partition
from eal.core.table.read import pages
from eal.domain.content import checking, slugs
from eal.domain.content.model import MAX_REVISIONS, PERSONAL, Content, Revision, without_approval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.ai.content import ContentText
    from eal.ai.provenance import Provenance
    from eal.core.caller import Caller
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.content.model import Author, RevisionReason
    from eal.domain.content.wire import ContentQuery
    from eal.domain.organization_settings.store import Company


def _text(content: Content) -> Item:
    """The parts of the text for the audit log, and of the provenance what names the engine."""
    shown: Item = {"revision": content.revision}
    if content.text:
        shown |= dump(content.text)
    if content.provenance:
        shown |= {
            "engine": content.provenance.engine,
            "model": content.provenance.model,
            "prompt_version": content.provenance.prompt_version,
            "input_sha256": content.provenance.input_sha256,
        }
    return shown


CONTENTS = Collection(
    "CONTENT",
    Content,
    id_prefix="content",
    noun="content item",
    indexes={"brief.review_id": ("gsi2", "review"), "status": ("gsi1", "status")},
    personal=PERSONAL,
    unaudited=frozenset({"text", "provenance", "revision_ids", "task_id", "step", "transitions"}),
    derived=_text,
)
REVISION_ID_PREFIX = "revision"

_REVISION_KIND = "CONTENT_REVISION"


def search(query: ContentQuery, by: Caller) -> Page[Content]:
    """Content, newest first.

    Raises: InvalidCursor.
    """
    filters: Filters = {"brief.review_id": query.review_id, "status": query.status, "type": query.type}
    return CONTENTS.search(by.tenant, query, filters)


def responses_to(review_id: str, tenant: Tenant) -> Iterator[Content]:
    """The responses to a review, newest first."""
    values: Item = {":pk": CONTENTS.partition(tenant, "review", review_id)}
    for items in pages("gsi2pk = :pk", values, index="gsi2", limit=20, newest_first=True):
        yield from map(CONTENTS.load, items)


def revision_partition(tenant: Tenant, content_id: str) -> str:
    """`org_…#live#CONTENT_REVISION#content_…`: a partition per item, ordered by ids and so by numbers."""
    return partition(tenant, _REVISION_KIND, content_id)


def revision_key(tenant: Tenant, content: Content, number: int) -> Key:
    """The key of a revision that exists, by its number from 1."""
    return Key(revision_partition(tenant, content.id), content.revision_ids[number - 1])


def add_revision(
    action: str,
    before: Content,
    changed: Content,
    text: ContentText,
    *,
    author: Author,
    reason: RevisionReason,
    company: Company,
    by: Caller,
    slug_is_given: bool = False,
    restored_from: int | None = None,
    instructions: str | None = None,
    provenance: Provenance | None = None,
    remarks: tuple[str, ...] = (),
) -> Content:
    """Write a revision with this text, and with it the item's next version: a draft with the findings for the text, in
    the caller's transaction.

    `changed` has what else the caller changes. Unless `slug_is_given`, a slug that another item has gets a number.
    Raises: Conflict if the item has as many revisions as it can.
    """
    check_room(before)
    if text.slug and text.slug != before.slug and not slug_is_given:
        text = replace(text, slug=slugs.free(text.slug, before.id, by.tenant))
    revision = Revision(
        id=ids.new(REVISION_ID_PREFIX, by.at),
        content_id=before.id,
        number=before.revision + 1,
        created_at=by.at,
        author=author,
        reason=reason,
        text=text,
        restored_from=restored_from,
        instructions=instructions,
        provenance=provenance,
        remarks=remarks,
    )
    after = replace(
        without_approval(changed),
        status="draft",
        text=text,
        revision_ids=(*before.revision_ids, revision.id),
        task=None,
        task_id=None,
        step=None,
        reason=None,
        instructions=None,
        published_at=None,
        published_revision=None,
    )
    after = replace(after, findings=checking.findings(after, company, by))
    by.transaction.create(_revision_item(revision, by.tenant))
    slugs.change(before.id, before.slug, text.slug, by, given=slug_is_given)
    return replace_version(action, before, after, by)


def check_room(content: Content) -> None:
    """Raises: Conflict if the item has as many revisions as it can."""
    if content.revision >= MAX_REVISIONS:
        raise Conflict(
            f"A content item has at most {MAX_REVISIONS} revisions. Create a new item.",
            id=content.id,
            status=content.status,
        )


def replace_version(
    action: str, before: Content, changed: Content, by: Caller, *, notes: str | None = None
) -> Content:
    """Write the item's next version, in the caller's transaction. `notes` are those of a transition."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.replace(CONTENTS.item(by.tenant, after), was=before.version)
    CONTENTS.audit(by.transaction, action, before, after, notes=notes or None)
    return after


def conflict(content: Content, change: str, advice: str) -> Conflict:
    """The refusal of a change that the item's status does not allow."""
    return Conflict(
        f"A content item with the status '{content.status}' cannot be {change}. {advice}",
        id=content.id,
        status=content.status,
    )


def _revision_item(revision: Revision, tenant: Tenant) -> Item:
    key = Key(revision_partition(tenant, revision.content_id), revision.id)
    return {**key._asdict(), "kind": _REVISION_KIND, **dump(revision)}
