"""The materials, objects and equipment of a scope, and what is said of them, from materials.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from eal.ai import toml
from eal.ai.claims.vocabulary import Activity
from eal.ai.engines.embedded.claims.gazetteer import Gazetteer

_STORED = toml.load(Path(__file__).with_suffix(".toml"))

MATERIALS: dict[str, list[str]] = _STORED["materials"]
"""The phrases that name each material or object in notes, by its description."""
EQUIPMENT: dict[str, list[str]] = _STORED["equipment"]
AGENTS: frozenset[str] = frozenset(_STORED["agents"])
"""Agents of a treatment: each is the description of an item, whatever it is used on."""
FURNITURE: frozenset[str] = frozenset(_STORED["furniture"])
"""Contents that are moved and put back, not detached and reset."""
THROUGHOUT: frozenset[str] = frozenset(_STORED["throughout"])
"""Materials that run through all rooms: without a room in its own line, work on it is the building's."""
EXTERIOR: frozenset[str] = frozenset(_STORED["exterior"])
"""Materials outside of every room."""
CONDITIONS: frozenset[str] = frozenset(_STORED["conditions"])
"""Conditions, not materials: they are removed or cleaned from one."""
LINEAR: frozenset[str] = frozenset(_STORED["linear"])
"""Materials measured along walls: a length of them is a quantity."""
SURFACES: frozenset[str] = frozenset(_STORED["surfaces"])
"""Nobody counts them: "2 drywall" is no quantity."""
COVERINGS: frozenset[str] = frozenset(_STORED["coverings"])
"""Floors have areas: "forty five feet of vinyl" are square feet."""
TESTS: frozenset[str] = frozenset(_STORED["tests"])
_PAIRS = frozenset({frozenset({"carpet", "carpet pad"}), frozenset({"carpet", "underlayment"})})
DEFAULT_ACTIVITY: dict[str, Activity] = {
    **dict.fromkeys(EQUIPMENT, Activity.DRY),
    **dict.fromkeys(AGENTS, Activity.TREAT),
    **dict.fromkeys(TESTS, Activity.TEST),
    "containment": Activity.PROTECT,
    "floor protection": Activity.PROTECT,
    "debris": Activity.DISPOSE,
    "monitoring": Activity.MONITOR,
    "flood cut": Activity.REMOVE,
}
"""The activity of what is used rather than worked on, whatever the verb."""
PLACING: frozenset[str] = frozenset(_STORED["placing"])
"""Verbs and states of equipment: they say nothing about the activity, which is to dry."""


@cache
def gazetteer() -> Gazetteer[str]:
    return Gazetteer(
        (phrase, name)
        for table in (MATERIALS, EQUIPMENT)
        for name, phrases in table.items()
        for phrase in phrases
    )


def description(text: str) -> str:
    """The description that names the material, object or equipment in a few words; the words if it is not known."""
    return gazetteer().name(text) or " ".join(text.lower().split())


def are_pair(first: str, other: str) -> bool:
    """Whether two materials lie on each other, and so have one area: carpet and its pad."""
    return frozenset({first, other}) in _PAIRS
