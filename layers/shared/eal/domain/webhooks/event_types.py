"""The catalogue of events as customers read it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eal.core.events import catalogue
from eal.core.events.catalogue import CATALOGUE, RESERVED
from eal.core.table import page
from eal.core.table.page import Entry, Page
from eal.domain.webhooks.endpoints.wire import EventTypeQuery, EventTypeView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.caller import Caller
    from eal.core.json import Json

_SINCE = datetime(2026, 4, 24, tzinfo=UTC)
"""All types are of the first version of the API, so the list is in the order of their names."""


def search(query: EventTypeQuery, by: "Caller") -> Page[EventTypeView]:
    """Raises: InvalidCursor."""
    described = catalogue.types()
    every = [
        _view(name, meaning, described[name].schema, described[name].example)
        for name, meaning in CATALOGUE.items()
    ]
    every += [_view(name, meaning, {}, {}) for name, meaning in RESERVED.items()]
    return page.paginate_in_memory(by.tenant, query, (Entry(one.name, _SINCE, one) for one in every))


def _view(
    name: str, meaning: str, schema: "Mapping[str, Json]", example: "Mapping[str, Json]"
) -> EventTypeView:
    return EventTypeView.model_validate(
        {
            "name": name,
            "description": meaning,
            "available": name in CATALOGUE,
            "schema": schema,
            "example": example,
        }
    )
