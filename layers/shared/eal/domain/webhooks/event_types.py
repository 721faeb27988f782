"""The list of event types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eal.core.events import schemas
from eal.core.events.catalogue import CATALOGUE
from eal.core.table import page
from eal.core.table.page import PageEntry
from eal.domain.webhooks.endpoints.wire import EventTypeView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.page import Page
    from eal.domain.webhooks.endpoints.wire import EventTypeQuery

_SINCE = datetime(2026, 4, 24, tzinfo=UTC)
"""All types have the same creation time, so the list is in the order of their names."""


def search(query: EventTypeQuery, by: Caller) -> Page[EventTypeView]:
    """Raises: InvalidCursor."""
    described = schemas.types()
    views = [
        _view(name, meaning, described[name].schema, described[name].example)
        for name, meaning in CATALOGUE.items()
    ]
    return page.paginate_in_memory(by.tenant, query, (PageEntry(view.name, _SINCE, view) for view in views))


def _view(name: str, meaning: str, schema: Mapping[str, Json], example: Mapping[str, Json]) -> EventTypeView:
    return EventTypeView.model_validate(
        {
            "name": name,
            "description": meaning,
            "available": True,
            "schema": schema,
            "example": example,
        }
    )
