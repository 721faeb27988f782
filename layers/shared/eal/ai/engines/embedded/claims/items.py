"""The scope items that a sentence states: which activity belongs to which material, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from eal.ai.claims.vocabulary import Activity, Unit
from eal.ai.engines.embedded.claims.chunks import chunks
from eal.ai.engines.embedded.claims.marks import Kind
from eal.ai.engines.embedded.claims.materials import (
    AGENTS,
    COVERINGS,
    DEFAULT_ACTIVITY,
    EQUIPMENT,
    FURNITURE,
    LINEAR,
    TESTS,
    are_pair,
)
from eal.ai.engines.embedded.claims.objects import (
    Object,
    objects,
    share,
    takes_count,
    takes_length,
    takes_size,
)
from eal.ai.engines.embedded.claims.tokens import text_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.claims.chunks import Chunk
    from eal.ai.engines.embedded.claims.marks import Mark
    from eal.ai.engines.embedded.claims.rooms import RoomMention
    from eal.ai.engines.embedded.claims.tokens import NoteToken

_DEFAULT_OBJECT = {
    Activity.EXTRACT: "water",
    Activity.MONITOR: "monitoring",
    Activity.MOVE: "contents",
    Activity.DISPOSE: "debris",
    Activity.PAINT: "paint",
}
"""Object of an activity if the sentence names none: "extracted 200 SF"."""
_REPEATABLE = frozenset({
    Activity.REPLACE,
    Activity.REMOVE,
    Activity.CLEAN,
    Activity.TREAT,
    Activity.PAINT,
    Activity.REPAIR,
    Activity.DETACH_AND_RESET,
    Activity.DRY,
})  # fmt: skip
"""A second activity on the same material: "removed 40 SF of drywall and replaced it"."""
_OBSERVED = frozenset({"found", "noted", "observed", "saw", "discovered", "see", "exposed", "revealed"})
_TOO = frozenset({"too", "also", "well"})
_MAX_NOUN_WORDS = 3
_NO_NOUN = frozenset({
    "the",
    "a",
    "an",
    "of",
    "all",
    "any",
    "some",
    "each",
    "per",
    "approximately",
    "approx",
    "about",
    "roughly",
    "around",
    "another",
    "additional",
    "more",
    "total",
    "new",
    "wet",
    "old",
    "same",
    "it",
    "them",
    "this",
    "that",
    "these",
    "those",
    "only",
    "existing",
    "damaged",
    "affected",
    "and",
    "or",
    "~",
    "s",
    ".",
    "/",
    "%",
    "'",
})  # fmt: skip


@dataclass(slots=True)
class ItemDraft:
    """An item in the making. `activity` is None if the sentence names only a material with a quantity. `first` and
    `after` are indexes of tokens. `own_room`: the sentence itself names the room. `known`: a gazetteer knows the
    material.
    """

    room: RoomMention | None
    activity: Activity | None
    description: str
    value: Fraction | None = None
    unit: Unit | None = None
    count: Fraction | None = None
    days: Fraction | None = None
    calculated: str | None = None
    first: int = 0
    after: int = 0
    own_room: bool = False
    known: bool = True


def drafts(
    sequence: Sequence[NoteToken],
    marks: Sequence[Mark],
    current: RoomMention | None,
    carried: Activity | None = None,
    *,
    denied: bool = False,
) -> list[ItemDraft]:
    """The drafts of a sentence. `current` is the room of the sentence before, `carried` the activity of the heading.

    `denied`: the sentence says what is not done, so that a material or activity on its own is a draft too.
    """
    statement = _Statement(sequence, carried, denied=denied)
    parts = chunks(marks, current)
    for number, chunk in enumerate(parts):
        statement.read(chunk, is_last=number + 1 == len(parts))
    statement.end()
    reset = {
        target.mark.first for activity, target in statement.made if activity is Activity.DETACH_AND_RESET
    }
    made = [
        (activity, target)
        for activity, target in statement.made
        if activity is not Activity.REMOVE or target.mark.first not in reset
    ]
    return [draft for activity, target in made if (draft := _draft(activity, target))]


class _Statement:
    """The chunks of a sentence, read in their order.

    An activity before its materials is a prefix and also counts for the chunks after it; one after its materials is a
    suffix. `pending` are materials that wait for an activity, `last` those that the chunk before was about.
    """

    def __init__(self, sequence: Sequence[NoteToken], carried: Activity | None, *, denied: bool) -> None:
        self.made: list[tuple[Activity | None, Object]] = []
        self._sequence = sequence
        self._denied = denied
        self._prefix: list[Activity] = [carried] if carried else []
        self._prefix_is_open = carried is not None
        self._suffix: list[Activity] = []
        self._pending: list[Object] = []
        self._last: list[Object] = []

    def read(self, chunk: Chunk, *, is_last: bool) -> None:
        found = objects(chunk)
        if (
            found
            and found[-1].is_equipment
            and found[-1].days is not None
            and (is_last or not _multiplies(chunk))
        ):
            self._take_days(found[-1].days)
        if found and chunk.activities:
            self._read_work(chunk, found)
        elif found:
            self._read_objects(chunk, found)
        elif chunk.activities:
            self._read_activities(chunk, is_last=is_last)
        else:
            self._prefix_is_open = False
            if not self._read_elsewhere(chunk):
                self._read_amounts(chunk)

    def end(self) -> None:
        """Finish the objects that have no activity in the sentence: some materials have one of their own; others may
        correct a quantity."""
        for target in self._pending:
            default = DEFAULT_ACTIVITY.get(target.name)
            if default is not None:
                if (
                    target.value is not None
                    or target.placed
                    or target.days is not None
                    or target.name == "containment"
                ):
                    self.made.append((default, target))
            elif self._denied:
                self.made.append((None, target))
            elif target.value is not None and (self._suffix or target.unit is not Unit.EA):
                self.made.append((self._suffix[0] if self._suffix else None, target))
        self._pending = []

    def _read_work(self, chunk: Chunk, found: list[Object]) -> None:
        before = [
            mark.activity for mark in chunk.activities if mark.activity and mark.first < found[0].mark.first
        ]
        after = [
            mark.activity for mark in chunk.activities if mark.activity and mark.first > found[-1].mark.first
        ]
        if before:
            earlier = self._prefix if self._prefix_is_open and chunk.joined else []
            self._prefix, self._prefix_is_open, self._suffix = [*earlier, *before], False, []
            self.end()
            self._make(self._prefix, found)
            if {*after} & {Activity.REPLACE, Activity.PAINT} and not {*after} & {*before}:
                self._make(after, found)
            return
        apart = [target for target in self._pending if target.predicated or target.is_equipment]
        listed = [*(target for target in self._pending if target not in apart), *found]
        self._pending = apart
        self.end()
        share(listed)
        self._prefix, self._prefix_is_open, self._suffix = (
            [],
            False,
            [mark.activity for mark in chunk.activities if mark.activity],
        )
        self._make(self._suffix, listed)

    def _read_objects(self, chunk: Chunk, found: list[Object]) -> None:
        if all(target.is_equipment for target in found):
            self._pending += found
        elif self._counts_treads(found):
            self._last[-1].share(found[0])
        elif chunk.has_word(_OBSERVED):
            self._prefix = []
            self._pending += found
        elif self._prefix and not chunk.bracket:
            self._make(self._prefix, found)
            self._prefix_is_open = False
            self._share_with_last(found)
        elif self._suffix and chunk.has_word(_TOO):
            for target in found:
                target.joined = True
            self._make(self._suffix, found, keeps=True)
            self._share_with_last(found)
        elif not self._prefix:
            self._pending += found

    def _read_activities(self, chunk: Chunk, *, is_last: bool) -> None:
        """An activity without a material: it belongs to the materials before it, or to those after it."""
        activities = [mark.activity for mark in chunk.activities if mark.activity]
        if self._pending and self._pending[-1].value is not None:
            self._read_elsewhere(chunk)
        stated = chunk.first(Kind.QUANTITY) or self._counted(chunk)
        disposes = activities == [Activity.DISPOSE] and stated is not None and stated.unit is Unit.EA
        if self._pending and not disposes:
            self._work_on_pending(activities, chunk.first(Kind.QUANTITY))
        elif not self._paints(activities) and (implied := self._implied(chunk, activities, stated)):
            self._prefix = [Activity.PROTECT] if implied.name == "roof" else activities
            self._make(self._prefix, [implied])
        elif self._paints(activities) or self._repeats(chunk, activities, is_last=is_last):
            self._work_again(chunk, activities, stated)
        else:
            self._prefix = [*(self._prefix if self._prefix_is_open and chunk.joined else []), *activities]
            self._prefix_is_open = True
            days = chunk.first(Kind.DAYS)
            if days:
                self._take_days(days.value)

    def _work_on_pending(self, activities: list[Activity], stated: Mark | None) -> None:
        share(self._pending)
        listed, self._pending = self._pending, []
        if stated:
            for target in listed:
                target.take(stated)
        self._prefix, self._suffix, self._prefix_is_open = [], activities, False
        self._make(activities, listed)

    def _work_again(self, chunk: Chunk, activities: Sequence[Activity], stated: Mark | None) -> None:
        """A quantity after "and" counts for the first activity too: "clean and seal, 368 SF"."""
        repeated = self._repeated(activities)
        again = [target.again(chunk) for target in repeated]
        if stated:
            for before, target in zip(repeated, again, strict=True):
                target.value, target.unit = stated.value, stated.unit
                if chunk.joined and stated.unit is not Unit.HR:
                    before.share(target)
        self._make(activities, again)

    def _paints(self, activities: Sequence[Activity]) -> bool:
        """Whether it is the wall or ceiling before that is painted: "clean walls 368 SF, then paint 368 SF"."""
        surfaces = bool(self._last) and all(target.name in ("wall", "ceiling") for target in self._last)
        return surfaces and [*activities] == [Activity.PAINT]

    def _counted(self, chunk: Chunk) -> Mark | None:
        """A number of things that no gazetteer knows: "10 pews"."""
        for mark, following in pairwise(chunk.marks):
            if (
                mark.kind is Kind.COUNT
                and _is_noun(self._sequence, following)
                and following.text.endswith("s")
            ):
                return replace(mark, unit=Unit.EA)
        return None

    def _repeats(self, chunk: Chunk, activities: Sequence[Activity], *, is_last: bool) -> bool:
        """Whether an activity is a second one on the materials before it, rather than the first on those after it."""
        bare = not any(mark.kind is Kind.WORD and mark.text.isalpha() for mark in chunk.marks)
        follows = (
            chunk.joined
            or (bare and (is_last or bool(self._suffix)))
            or chunk.marks[0].kind is Kind.AUXILIARY
        )
        return follows and bool(self._last) and not self._prefix_is_open and {*activities} <= _REPEATABLE

    def _repeated(self, activities: Sequence[Activity]) -> list[Object]:
        """The materials of the second activity: "replace drywall, texture and paint" paints the drywall."""
        if Activity.PAINT in activities and all(target.name == "texture" for target in self._last):
            surfaces = [target for _, target in self.made if target.name in ("drywall", "plaster")]
            return surfaces[-1:] or self._last
        return self._last

    def _implied(self, chunk: Chunk, activities: Sequence[Activity], stated: Mark | None) -> Object | None:
        """The object of an activity if no gazetteer names it: "extracted 200 SF", "tarp 300 SF", "3 EA hose bibs"."""
        name = next((_DEFAULT_OBJECT[target] for target in activities if target in _DEFAULT_OBJECT), None)
        if name and not (stated or self._denied or Activity.EXTRACT in activities):
            name = None
        tarped = any(mark.text.startswith("tarp") for mark in chunk.activities)
        noun = _noun(self._sequence, chunk, stated) if stated and not name and not tarped else None
        text = "roof" if tarped else name or noun
        if text is None:
            return None
        mark = replace(chunk.activities[0], kind=Kind.MATERIAL, text=text)
        room = None if tarped and not chunk.own_room else chunk.room
        target = Object(mark, room, chunk.own_room, known=noun is None)
        covered = chunk.first(Kind.LENGTH) if Activity.EXTRACT in activities and not stated else None
        if covered:
            target.take(replace(covered, unit=Unit.SF))
        if stated:
            target.take(stated)
        return target

    def _read_elsewhere(self, chunk: Chunk) -> bool:
        """Whether a quantity repeats the work of the chunk before in a room of its own: "and 44 LF in bedroom 3",
        "Drywall: kitchen 64 SF, den 32 SF".
        """
        stated = chunk.first(Kind.QUANTITY)
        last = next(reversed(self._pending or self._last), None)
        named = any(mark.room is chunk.room for mark in chunk.marks if mark.room)
        if stated is None or last is None or not named or (last.value is None and last.own_room):
            return False
        target = last.again(chunk) if last.value is not None else last
        target.room, target.own_room, target.value, target.unit = chunk.room, True, stated.value, stated.unit
        if target is not last and self._pending:
            self._pending.append(target)
        elif target is not last:
            self._make([activity for activity, other in self.made if other is last and activity], [target])
        return True

    def _counts_treads(self, found: Sequence[Object]) -> bool:
        """Whether treads count the covering before them: "stairs: clean carpet, 14 treads"."""
        last = self._last[-1] if self._last else None
        treads = [target.name for target in found] == ["stairs"] and found[0].unit is Unit.EA
        return treads and last is not None and last.name in COVERINGS and last.value is None

    def _read_amounts(self, chunk: Chunk) -> None:
        """Quantities and days on their own belong to the materials before them."""
        for mark in chunk.marks:
            targets = self._pending or self._last
            if mark.kind is Kind.DAYS:
                self._take_days(mark.value)
            elif targets and mark.kind is Kind.QUANTITY:
                targets[-1].take(mark)
                share(targets)
                self._share_with_surface(targets[-1])
                for target in targets[:-1]:
                    if are_pair(target.name, targets[-1].name):
                        target.share(targets[-1])
            elif (
                targets and targets[-1].value is None and not chunk.bracket and self._takes(targets[-1], mark)
            ):
                targets[-1].cover(mark)

    def _share_with_surface(self, agent: Object) -> None:
        """Give a surface that is cleaned and then treated one area: "the floor is cleaned and treated with biocide, 40
        SF"."""
        earlier = next((target for _, target in reversed(self.made) if target.name != agent.name), None)
        if agent.name in AGENTS and agent.joined and earlier and not earlier.is_equipment:
            earlier.share(agent)

    def _takes(self, target: Object, mark: Mark) -> bool:
        if mark.kind is Kind.LENGTH:
            return target.name in LINEAR and takes_length(target, mark)
        if mark.kind is Kind.SIZE:
            return (target.name == "roof" or mark.first <= target.mark.after + 1) and takes_size(target, mark)
        return mark.kind is Kind.COUNT and (self._takes_same(target, mark) or takes_count(target, mark))

    def _takes_same(self, target: Object, mark: Mark) -> bool:
        """Whether a bare number repeats the quantity before it: "48 SF of drywall and the insulation, same 48"."""
        earlier = next(
            (other for _, other in reversed(self.made) if other is not target and other.value), None
        )
        if (
            earlier is None
            or earlier.value != mark.value
            or text_at(self._sequence, mark.first - 1) != "same"
        ):
            return False
        target.share(earlier)
        return True

    def _take_days(self, days: Fraction | None) -> None:
        for target in [*(made for _, made in self.made), *self._pending]:
            if target.has_days and target.days is None:
                target.days = days

    def _share_with_last(self, found: Sequence[Object]) -> None:
        """Carpet and its pad have one area; other materials share the quantity after "and"."""
        for target in found:
            for other in [made for _, made in self.made[-_MAX_NOUN_WORDS:] if made is not target]:
                if target.joined and (target.trailing or are_pair(target.name, other.name)):
                    other.share(target)
                if target.joined and are_pair(target.name, other.name):
                    target.share(other)

    def _make(self, activities: Sequence[Activity], found: Sequence[Object], *, keeps: bool = False) -> None:
        """`keeps`: the materials before stay those that a quantity on its own belongs to."""
        self._last = [*(self._last if keeps else ()), *found]
        self.made += [(activity, target) for activity in activities for target in found]


def _multiplies(chunk: Chunk) -> bool:
    """Whether days are a factor of the equipment next to them only: "4 mats, 1 dehumidifier x 7 days, 2 fans"."""
    return not chunk.joined and any(mark.kind is Kind.DAYS and mark.is_factor for mark in chunk.marks)


def _noun(sequence: Sequence[NoteToken], chunk: Chunk, stated: Mark) -> str | None:
    """Words for a material that no gazetteer knows, after a quantity or before it: "12 LF of wainscot cap"."""
    place = next(index for index, mark in enumerate(chunk.marks) if mark.first == stated.first)
    words: list[str] = []
    for mark in chunk.marks[place + 1 :]:
        if mark.text == "of" and not words:
            continue
        if not _is_noun(sequence, mark):
            if words or mark.kind is not Kind.WORD:
                break
            continue
        words.append(mark.text)
    if not words:
        for mark in reversed(chunk.marks[:place]):
            if _is_noun(sequence, mark):
                words.insert(0, mark.text)
            elif words:
                break
    return " ".join(words[:_MAX_NOUN_WORDS]) or None


def _is_noun(sequence: Sequence[NoteToken], mark: Mark) -> bool:
    return mark.kind is Kind.WORD and sequence[mark.first].kind == "word" and mark.text not in _NO_NOUN


def _draft(activity: Activity | None, target: Object) -> ItemDraft | None:
    settled = _settled(activity, target.name)
    if settled is None:
        return None
    if settled[0] is Activity.MOVE and target.unit is Unit.HR:
        settled = (Activity.MOVE, "contents")
    draft = ItemDraft(
        target.room, settled[0], settled[1], target.value, target.unit, calculated=target.calculated,
        first=target.mark.first, after=target.mark.after, own_room=target.own_room, known=target.known,
    )  # fmt: skip
    if target.is_equipment and target.days is not None:
        draft.count = target.value if target.unit in (Unit.EA, None) and target.value else Fraction(1)
        draft.days = target.days
        draft.value, draft.unit = draft.count * target.days, Unit.DAY
    elif target.days is not None and draft.value is None:
        draft.value, draft.unit = target.days, Unit.DAY
    return draft


def _settled(activity: Activity | None, name: str) -> tuple[Activity | None, str] | None:
    """The activity and description of an item, or None if there is none: equipment that is picked up."""
    if name in EQUIPMENT:
        picked_up = activity in (Activity.REMOVE, Activity.MONITOR, Activity.TEST)
        return None if picked_up else (Activity.DRY, name)
    if name in AGENTS:
        return None if activity is Activity.REMOVE else (Activity.TREAT, name)
    if name in TESTS:
        return Activity.TEST, name
    if name == "floor protection":
        return Activity.PROTECT, "floor"
    if name == "flood cut":
        return activity or Activity.REMOVE, "drywall"
    if name == "water":
        return (Activity.EXTRACT, name) if activity in (Activity.EXTRACT, Activity.REMOVE) else None
    if name in DEFAULT_ACTIVITY:
        removed = name == "containment" and activity is Activity.REMOVE
        return Activity.REMOVE if removed else DEFAULT_ACTIVITY[name], name
    return _settled_material(activity, name)


def _settled_material(activity: Activity | None, name: str) -> tuple[Activity | None, str] | None:
    if activity is Activity.EXTRACT:
        return activity, "water"
    if activity is Activity.PAINT and name == "texture":
        return activity, "paint"
    if activity is Activity.MONITOR:
        return activity, "monitoring"
    if activity is Activity.DISPOSE:
        return Activity.REMOVE, name
    if activity is Activity.DETACH_AND_RESET and name in FURNITURE:
        return Activity.MOVE, name
    return None if activity is Activity.TEST else (activity, name)
