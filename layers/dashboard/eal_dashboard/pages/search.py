"""Find a resource by its id: the prefix says which page shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import MovedTo, Page, PageNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal_dashboard.operations import Json

_ID = re.compile(r"([a-z_]{2,30})_[0-9a-z]{26}")
_REQUEST_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def by_prefix(pages: Iterable[Page]) -> dict[str, tuple[Page, str]]:
    """The page of each kind of id, with the parameter of its address: the shortest address that ends with such an id.

    The operations that a page calls know the prefixes of their parameters, so a new page needs no entry here.
    """
    found: dict[str, tuple[Page, str]] = {}
    for page in sorted(pages, key=lambda page: -len(page.path)):
        if len(page.parameters) != 1 or not page.path.endswith("}"):
            continue
        (name,) = page.parameters
        for call in page.calls.values():
            if prefix := OPERATIONS[call.operation].ids.get(name):
                found[prefix] = page, name
    return found


def _find(values: Json) -> Json:
    """Raises: MovedTo the resource's page, PageNotFound."""
    text = values["query"].get("id", "").strip()
    if not text:
        return {}
    if text == values["member"].organization_id:
        raise MovedTo("/settings/organization")
    if _REQUEST_ID.fullmatch(text):
        raise MovedTo(f"/audit-log?request_id={text.lower()}")
    identifier = _ID.fullmatch(text)
    if identifier is None:
        raise PageNotFound(
            "This is not an ID.", "An ID has a prefix and 26 letters and digits, such as lead_01kq…."
        )
    if (shown := by_prefix(values["pages"]).get(identifier[1])) is None:
        raise PageNotFound(
            f"IDs that begin with {identifier[1]}_ have no page of their own.",
            "Find what they belong to instead, such as the claim of a photo.",
        )
    page, name = shown
    raise MovedTo(page.address({name: text}))


PAGES = (Page(path="/search", title="Find by ID", template="search.html", under="/", prepare=_find),)
