"""The revisions of a content item: pages of them, one by its number, and new ones by people and for the AI to write."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from eal.ai.content import ContentText
from eal.core.errors import NotFound, ValidationFailed
from eal.core.table import page
from eal.core.table.item import load, patched
from eal.core.table.page import Page, Partition
from eal.core.table.read import get, get_all
from eal.domain.content import diff, limits
from eal.domain.content.diff import Diff
from eal.domain.content.generation import with_task
from eal.domain.content.model import Author, Revision
from eal.domain.content.store import (
    CONTENTS,
    REVISION_ID_PREFIX,
    add_revision,
    check_room,
    conflict,
    replace_version,
    revision_key,
    revision_partition,
)
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.domain.content.model import Content
    from eal.domain.content.wire import ContentUpdate, RevisionCreate, RevisionRestore

MAX_PAGE = 50
"""Revisions of a page, because each is compared with the one before."""

_ADVICE = {
    "generating": "Wait for the AI, or cancel it.",
    "scheduled": "Move it back to 'approved' first.",
    "published": "Move it to 'unpublished' first.",
    "archived": "Move it to 'draft' first.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRevision(Revision):
    """A revision with its difference to the one before. In a page, the difference has no `fields`."""

    diff: Diff


def update(content_id: str, body: ContentUpdate, by: Caller) -> Content:
    """The item with the parts of the body, as a new revision. Equal parts change nothing.

    Raises: NotFound, PreconditionFailed; Conflict if it is not editable, or has as many revisions as it can;
    ValidationFailed if the text is not one of the item's type. The commit raises Conflict for a slug of another item.
    """
    before = _editable(content_id, "changed", by)
    text = patched(before.text or ContentText(), body)
    if text == before.text:
        return before
    limits.check_text(before.type, before.brief.network, text)
    return add_revision(
        "content.updated",
        before,
        replace(before, edited=before.provenance is not None),
        text,
        author=_author(by),
        reason="edited",
        company=organization_settings.company_of(by.organization_id),
        by=by,
        slug_is_given=True,
    )


def restore(content_id: str, body: RevisionRestore, by: Caller) -> Content:
    """The item with the text of an earlier revision, as a new one. A slug that another item has gets a number.

    Raises: NotFound, PreconditionFailed; Conflict if it is not editable, or has as many revisions as it can;
    ValidationFailed if it has no such revision, or that is the newest.
    """
    before = _editable(content_id, "restored", by)
    if not 1 <= body.revision < before.revision:
        message = f"There is no earlier revision {body.revision}. The newest one is {before.revision}."
        raise ValidationFailed.of_field("/revision", message, "not_found")
    restored = _revision(before, body.revision, by)
    return add_revision(
        "content.restored",
        before,
        replace(
            before,
            edited=restored.provenance is None,
            provenance=restored.provenance or before.provenance,
            remarks=restored.remarks,
        ),
        restored.text,
        author=_author(by),
        reason="restored",
        company=organization_settings.company_of(by.organization_id),
        restored_from=restored.number,
        by=by,
    )


def request(content_id: str, body: RevisionCreate, by: Caller) -> Content:
    """The item, generating a revision by instructions. It is a draft afterwards, whatever its status was.

    Raises: NotFound, PreconditionFailed; Conflict if it is not editable, has no text or as many revisions as it can, or
    if AI is switched off.
    """
    before = _editable(content_id, "revised", by)
    if before.text is None:
        raise conflict(before, "revised", "It has no text yet: retry it, or send a text.")
    check_room(before)
    ai_settings.require_enabled(organization_settings.settings_of(by.organization_id))
    changed = with_task(before, "revise", by, body.instructions)
    return replace_version("content.revision_requested", before, changed, by)


def search(content_id: str, query: ListQuery, by: Caller) -> Page[ComparedRevision]:
    """The revisions of an item, newest first.

    Raises: NotFound, InvalidCursor.
    """
    content = CONTENTS.get(by.tenant, content_id)
    own = Partition(base=revision_partition(by.tenant, content.id), id_prefix=REVISION_ID_PREFIX)
    shorter = query.model_copy(update={"limit": min(query.limit, MAX_PAGE)})
    found = page.read(by.tenant, shorter, own, lambda item: load(Revision, item))
    texts = {revision.number: revision.text for revision in found.items}
    wanted = sorted({number - 1 for number in texts} - {0, *texts})
    keys = [revision_key(by.tenant, content, number) for number in wanted]
    for item in get_all(keys) if keys else []:
        revision = load(Revision, item or {})
        texts[revision.number] = revision.text
    compared = [
        _compared(revision, Diff((), diff.unified(texts.get(revision.number - 1), revision.text)))
        for revision in found.items
    ]
    return Page(compared, found.next_cursor)


def get_compared(content_id: str, number: str, by: Caller) -> ComparedRevision:
    """One revision, with its difference to the one before.

    Raises: NotFound.
    """
    content = CONTENTS.get(by.tenant, content_id)
    known = {str(number): number for number in range(1, content.revision + 1)}
    if number not in known:
        raise NotFound(f"The content item {content.id} has no revision {number[:10]}.")
    revision = _revision(content, known[number], by)
    earlier = _revision(content, revision.number - 1, by).text if revision.number > 1 else None
    return _compared(revision, diff.between(earlier, revision.text))


def _compared(revision: Revision, difference: Diff) -> ComparedRevision:
    own = {field.name: getattr(revision, field.name) for field in fields(revision)}
    return ComparedRevision(**own, diff=difference)


def _revision(content: Content, number: int, by: Caller) -> Revision:
    """One that exists. Raises: NotFound if the item is deleted meanwhile."""
    item = get(revision_key(by.tenant, content, number))
    if item is None:
        raise CONTENTS.not_found(content.id)
    return load(Revision, item)


def _editable(content_id: str, change: str, by: Caller) -> Content:
    """Raises: NotFound, PreconditionFailed, Conflict."""
    content = CONTENTS.get(by.tenant, content_id)
    by.transaction.check_if_match(content.version)
    if not content.is_editable:
        raise conflict(content, change, _ADVICE[content.status])
    return content


def _author(by: Caller) -> Author:
    return Author(type="member" if by.actor.type == "member" else "api_key", id=by.actor.id)
