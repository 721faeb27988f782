"""The catalogue of events as customers read it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eal import events
from eal.events import CATALOGUE
from eal.table import page
from eal.table.page import Few, Page
from eal.webhooks.wire import EventTypeQuery, EventTypeView

if TYPE_CHECKING:
    from eal.caller import Caller

_SINCE = datetime(2026, 4, 24, tzinfo=UTC)
"""All types are of the first version of the API, so the list is in the order of their names."""


def search(query: EventTypeQuery, by: "Caller") -> Page[EventTypeView]:
    """Raises: InvalidCursor."""
    described = events.types()
    every = (
        EventTypeView.model_validate(
            {
                "name": name,
                "description": meaning,
                "schema": described[name].schema,
                "example": described[name].example,
            }
        )
        for name, meaning in CATALOGUE.items()
    )
    return page.few(by, query, (Few(one.name, _SINCE, one) for one in every))
