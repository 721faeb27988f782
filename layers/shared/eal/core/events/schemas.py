"""The JSON Schema and an example of each type of event."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from eal.core.events.catalogue import CATALOGUE
from eal.core.json import Json

DESCRIBED = Path(__file__).with_name("event_types.json")
"""The JSON Schema and example of each type, derived from the OpenAPI document by `layers/build`."""


class EventType(NamedTuple):
    """`schema` describes the whole event; `example` is an event as it is sent."""

    schema: Mapping[str, Json]
    example: Mapping[str, Json]


@cache
def types() -> dict[str, EventType]:
    """The types by name, in the catalogue's order. Reads a file, on first use only."""
    described = json.loads(DESCRIBED.read_text(encoding="utf-8"))
    return {name: EventType(**described[name]) for name in CATALOGUE}
