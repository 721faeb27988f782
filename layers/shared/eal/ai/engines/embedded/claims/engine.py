"""The extraction of a claim: every source by itself, in the order of time, then what all of them state together.

It takes linear time, uses no model, and gives the same result for the same evidence in any order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.claims.evidence import input_sha256
from eal.ai.claims.extraction import Extraction
from eal.ai.engines.embedded.claims import measures, water
from eal.ai.engines.embedded.claims.names import Names
from eal.ai.engines.embedded.claims.reading import read
from eal.ai.engines.embedded.claims.scope import scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.claims.evidence import ClaimFile
    from eal.ai.claims.extraction import MeasureConflict, PhotoSummary, Room, ScopeItem
    from eal.ai.engines.embedded.claims.measures import Statement
    from eal.ai.provenance import Provenance

ENGINE = "embedded"
VERSION = "claims-4"


def judge(file: ClaimFile) -> tuple[Extraction, Provenance]:
    """The extraction with its provenance."""
    from eal.ai.provenance import timed  # here: storing the patterns needs no models

    return timed(lambda: extract(file), engine=ENGINE, model=VERSION, input_sha256=input_sha256(file))


def extract(file: ClaimFile) -> Extraction:
    """The statements of the notes and captions. Any text is valid."""
    reading = read(file)
    sized = [measure.room for measure in reading.measures if measure.room and measure.field == "size"]
    names = Names(reading.mentions, sized)
    found, quantity_conflicts = scope(reading.stated, names)
    rooms, measure_conflicts = _rooms(reading.measures, found, names)
    category, category_conflicts = water.levels(
        "water_category", reading.sentences, file.facts.water_category
    )
    water_class, class_conflicts = water.levels("water_class", reading.sentences, file.facts.water_class)
    return Extraction(
        rooms=rooms,
        items=tuple(found),
        photo_summaries=tuple(_named(summary, names.of(room), rooms) for summary, room in reading.summaries),
        water_category=category,
        water_class=water_class,
        exclusions=tuple(dict.fromkeys(reading.exclusions)),
        conflicts=(*measure_conflicts, *quantity_conflicts, *category_conflicts, *class_conflicts),
    )


def _named(summary: PhotoSummary, name: str | None, rooms: Sequence[Room]) -> PhotoSummary:
    """The summary with the name that its room has in the list of rooms, if it is in it."""
    return replace(summary, room=name) if any(room.name == name for room in rooms) else summary


def _rooms(
    stated: Sequence[Statement], scope: Sequence[ScopeItem], names: Names
) -> tuple[tuple[Room, ...], list[MeasureConflict]]:
    """The rooms that are measured or have an item, in the order of their first mention."""
    found: dict[str, list[Statement]] = {}
    levels: dict[str, str | None] = {}
    for statement in stated:
        name = names.of(statement.room)
        if name and statement.room:
            found.setdefault(name, []).append(statement)
            levels[name] = levels.get(name) or names.level(statement.room)
    everywhere = [statement for statement in stated if statement.everywhere]
    rooms: list[Room] = []
    conflicts: list[MeasureConflict] = []
    for name in dict.fromkeys([*found, *(item.room for item in scope if item.room)]):
        room, differing = measures.room(name, levels.get(name), found.get(name, []), everywhere)
        worked = next((item.evidence for item in scope if item.room == name), ())
        if not room.evidence and not worked:
            continue  # only a measure that the text takes back
        if not room.evidence:
            room = replace(room, evidence=worked)
        rooms.append(room)
        conflicts += differing
    return tuple(rooms), conflicts
