"""Deleting a content item: the item goes at once, its revisions and stored responses soon after."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub
from eal.domain.content import publication, slugs
from eal.domain.content.store import CONTENTS, conflict, revision_partition

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.content.model import Content

_EMPTY: dict[str, Json] = {
    **dict.fromkeys(("title", "body", "slug", "excerpt", "seo_title", "seo_description", "instructions")),
    **{name: [] for name in ("scenes", "hashtags", "links", "findings", "remarks", "transitions")},
}
_EMPTY_IN_BRIEF: dict[str, Json] = {"topic": None, "keywords": [], "audience": None}
"""The fields of a view that contain what `model.PERSONAL` names."""


def delete(content_id: str, by: Caller) -> None:
    """Delete the item, and enqueue the deletion of what remains of it.

    Raises: NotFound, PreconditionFailed; Conflict while it is scheduled or published.
    """
    content = CONTENTS.get(by.tenant, content_id)
    by.transaction.check_if_match(content.version)
    if content.status in ("scheduled", "published"):
        raise conflict(content, "deleted", "Move it to 'archived' or 'approved' first.")
    erase(content, by)


def erase(content: Content, by: Caller) -> None:
    """Delete an item whatever its status, in the caller's transaction."""
    by.transaction.delete(CONTENTS.key(by.tenant, content.id), was=content.version)
    publication.withdraw(content, by)
    slugs.change(content.id, content.slug, None, by, given=False)
    CONTENTS.audit(by.transaction, "content.deleted", content, None)
    by.transaction.enqueue_task("erase_content", {"content_id": content.id})


def scrub_traces(tenant: Tenant, content_id: str) -> None:
    """Delete the revisions, and remove the texts from stored events and responses. Idempotent."""
    scrub.events(tenant, content_id, without_texts)
    scrub.responses(tenant, content_id)
    scrub.remove_all(revision_partition(tenant, content_id))


def without_texts(data: dict[str, Json]) -> dict[str, Json]:
    """An item's view, or that of its publication, without its texts, still in its shape."""
    brief = cast("dict[str, Json]", data["brief"])
    rendered: dict[str, Json] = {"html": None} if "html" in data else {}
    return {**data, **_EMPTY, **rendered, "brief": {**brief, **_EMPTY_IN_BRIEF}}
