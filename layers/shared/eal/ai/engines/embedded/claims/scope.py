"""The scope: the items that all sources state together, each once, with its latest or authoritative quantity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.ai.claims.extraction import MeasureConflict, ScopeItem
from eal.ai.claims.vocabulary import Activity, Unit
from eal.ai.engines.embedded.claims.confidence import Signals, confidence
from eal.ai.engines.embedded.claims.measures import CORRECTION, ESTIMATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from eal.ai.claims.vocabulary import QuantityBasis
    from eal.ai.engines.embedded.claims.items import ItemDraft
    from eal.ai.engines.embedded.claims.names import Names
    from eal.ai.engines.embedded.claims.reading import Stated

_MAX_COMPARED = 50
"""Maximum number of compared earlier items with the same room, activity and description; it keeps the time linear."""
_ADDED = re.compile(r"\b(?:additional(?:ly)?|another|more|extra|also|add|added|further|plus)\b")
_ALLOWED = re.compile(r"\ballow(?:ance|ed|ing)?\b")
_PHOTO = re.compile(r"\b(?:photos?|pictures?|images?)\b")
_MEASURED = re.compile(r"\b(?:measur\w+|laser|matterport|docusketch|tape)\b")


class _Ledger:
    """The items so far, by room and description, so that each statement meets only the items that it may concern."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str | None, str], list[Stated]] = {}
        self._rooms: dict[str, dict[str | None, None]] = {}
        self._painted: dict[str | None, dict[str, None]] = {}

    def of(self, room: str | None, description: str) -> list[Stated]:
        return self._groups.get((room, description), [])

    def everywhere(self, description: str) -> list[Stated]:
        rooms = list(self._rooms.get(description, ()))[:_MAX_COMPARED]
        return [stated for room in rooms for stated in self.of(room, description)[:_MAX_COMPARED]]

    def add(self, stated: Stated) -> None:
        self._groups.setdefault((stated.name, stated.draft.description), []).append(stated)
        self._rooms.setdefault(stated.draft.description, {})[stated.name] = None
        if stated.draft.activity is Activity.PAINT:
            self._painted.setdefault(stated.name, {})[stated.draft.description] = None

    def painted(self, room: str | None) -> list[Stated]:
        return [
            stated
            for description in self._painted.get(room, ())
            for stated in self.of(room, description)
            if stated.draft.activity is Activity.PAINT
        ]

    def deny(self, denial: Stated) -> None:
        """A later denial takes an item of an earlier source back: "the carpet will not be replaced"."""
        description = denial.draft.description
        rooms = self._rooms.get(description, {}) if denial.name is None else (denial.name,)
        for room in rooms:
            group = self.of(room, description)
            group[:] = [stated for stated in group if not _is_denied(stated, denial)]
        if description == "paint":
            for stated in self.painted(denial.name):
                if stated.order[0] != denial.order[0]:
                    self.of(stated.name, stated.draft.description).remove(stated)

    def items(self) -> list[Stated]:
        """The items in the order of their first statement."""
        return sorted(
            (stated for group in self._groups.values() for stated in group), key=lambda stated: stated.number
        )


def scope(stated: Sequence[Stated], names: Names) -> tuple[list[ScopeItem], list[MeasureConflict]]:
    found = listed(stated, names)
    return [item(stated) for stated in found], [_conflict(stated) for stated in found if stated.others]


def listed(stated: Sequence[Stated], names: Names) -> list[Stated]:
    """The statements that hold, in the order of their first mention, with the evidence of those that repeat them."""
    ledger = _Ledger()
    for number, statement in enumerate(stated):
        statement.name, statement.number = names.of(statement.draft.room), number
        earlier = ledger.of(statement.name, statement.draft.description)
        if statement.denied:
            ledger.deny(statement)
        elif painted := _only_painted(statement, ledger):
            _update(painted, statement)
        elif statement.draft.activity is None:
            _correct(statement, earlier)
        elif statement.quote.source == "photo" and (shown := _shown(statement, ledger)):
            shown.evidence += statement.evidence
        elif not _merge(
            statement, [other for other in earlier if other.draft.activity is statement.draft.activity]
        ):
            ledger.add(statement)
    return ledger.items()


def _conflict(stated: Stated) -> MeasureConflict:
    return MeasureConflict(
        room=stated.name,
        field="quantity",
        subject=f"{stated.draft.activity} {stated.draft.description}",
        kept=_amount(stated.draft),
        others=tuple(dict.fromkeys(text for text, _ in stated.others)),
        evidence=tuple(dict.fromkeys([*stated.evidence, *(quote for _, quote in stated.others)])),
    )


def _shown(stated: Stated, ledger: _Ledger) -> Stated | None:
    """The only item that a caption without a room and a quantity shows: "Containment with zipper door"."""
    if stated.name is not None or stated.draft.value is not None:
        return None
    same = [
        other
        for other in ledger.everywhere(stated.draft.description)
        if other.draft.activity is stated.draft.activity
    ]
    return same[0] if len(same) == 1 else None


def _only_painted(stated: Stated, ledger: _Ledger) -> Stated | None:
    """The surface whose painting a sentence is about that names none: "paint reduced to 320 SF"."""
    if stated.draft.activity is not Activity.PAINT or stated.draft.description != "paint":
        return None
    painted = [other for other in ledger.painted(stated.name) if other.order[0] != stated.order[0]]
    return painted[0] if len(painted) == 1 else None


def _is_denied(other: Stated, denial: Stated) -> bool:
    activity = denial.draft.activity
    if other.order[0] == denial.order[0]:
        return False
    replaces = other.draft.activity is Activity.REMOVE_AND_REPLACE
    return (
        activity is None
        or other.draft.activity is activity
        or (replaces and activity in (Activity.REPLACE, Activity.REMOVE))
    )


def _correct(stated: Stated, earlier: Sequence[Stated]) -> None:
    """A quantity without an activity corrects the item of its unit, if there is only one."""
    same = [other for other in earlier if other.draft.unit in (stated.draft.unit, None)]
    if len(same) == 1:
        _update(same[0], stated)


def _merge(stated: Stated, earlier: Sequence[Stated]) -> bool:
    """Whether an item repeats, completes or corrects an earlier one; otherwise it is a new item.

    Two quantities in one note are two pieces of work, unless the second is a correction.
    """
    for other in reversed(earlier[-_MAX_COMPARED:]):
        mine, theirs = stated.draft, other.draft
        if mine.value is None or theirs.value is None:
            if mine.value is not None:
                _take_over(other, stated)
            other.evidence += stated.evidence
            return True
        repeats = mine.unit is theirs.unit and mine.value == theirs.value
        if repeats and stated.order == other.order:
            return True
        is_same_source = stated.order[0] == other.order[0]
        is_visit = mine.description == "monitoring" and mine.unit is Unit.HR
        if _ADDED.search(stated.words) or ((is_same_source or is_visit) and stated.rank != CORRECTION):
            continue
        if repeats:
            other.evidence += stated.evidence
            return True
        if mine.unit is theirs.unit or (mine.unit is Unit.DAY and theirs.unit is Unit.EA):
            _update(other, stated)
            return True
    return False


def _update(other: Stated, stated: Stated) -> None:
    """The authoritative of two quantities counts, or the later one; the other is a conflict, except for equipment of
    which first the number and then the days are known.
    """
    conflict = (
        stated.draft.unit is other.draft.unit
        and other.draft.value is not None
        and stated.draft.value != other.draft.value
    )
    if stated.rank < other.rank and conflict:
        other.others.append((_amount(stated.draft), stated.quote))
        return
    if conflict:
        other.others.append((_amount(other.draft), other.quote))
    _take_over(other, stated)
    other.evidence += stated.evidence


def _take_over(other: Stated, stated: Stated) -> None:
    mine, theirs = stated.draft, other.draft
    theirs.value, theirs.unit, theirs.count, theirs.days, theirs.calculated = (
        mine.value,
        mine.unit,
        mine.count,
        mine.days,
        mine.calculated,
    )
    other.quote, other.words, other.rank = stated.quote, stated.words, stated.rank


def _amount(draft: ItemDraft) -> str:
    return f"{_number(draft.value):g} {draft.unit}" if draft.value is not None else "none"


def _number(value: Fraction) -> float:
    return round(float(value), 2)


def item(stated: Stated) -> ScopeItem:
    draft = stated.draft
    note = None
    if draft.count is not None and draft.days is not None:
        note = f"{_number(draft.count):g} for {_number(draft.days):g} days"
    elif draft.calculated:
        note = draft.calculated
    if draft.activity is None:
        raise ValueError("an item has an activity")
    return ScopeItem(
        room=stated.name,
        activity=draft.activity,
        description=draft.description,
        quantity=None if draft.value is None else _number(draft.value),
        unit=draft.unit,
        quantity_basis=None if draft.value is None else _basis(stated),
        count=None if draft.count is None else _number(draft.count),
        note=note,
        evidence=tuple(dict.fromkeys(stated.evidence)),
        confidence=confidence(Signals.of(stated)),
    )


def _basis(stated: Stated) -> QuantityBasis:
    if _ALLOWED.search(stated.words):
        return "allowance"
    if _PHOTO.search(stated.words) or (stated.quote.source == "photo" and stated.rank == ESTIMATE):
        return "photo_estimate"
    return "measured" if stated.draft.calculated or _MEASURED.search(stated.words) else "stated"
