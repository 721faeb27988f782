"""Mentions of a sentence, in its order: rooms, sizes, heights, activities, materials, quantities, counts, days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from eal.ai.claims.vocabulary import Activity, Unit
from eal.ai.engines.embedded.claims import activities, materials, rooms
from eal.ai.engines.embedded.claims.dimensions import length, size
from eal.ai.engines.embedded.claims.quantities import quantity, unit_at
from eal.ai.engines.embedded.claims.tokens import kind_at, number, text_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from eal.ai.engines.embedded.claims.dimensions import MeasuredLength, Size
    from eal.ai.engines.embedded.claims.tokens import NoteToken


class Kind(Enum):
    """The kind of a mark."""

    ROOM = auto()
    SIZE = auto()
    HEIGHT = auto()
    LENGTH = auto()
    ACTIVITY = auto()
    MATERIAL = auto()
    QUANTITY = auto()
    COUNT = auto()
    DAYS = auto()
    PIECE = auto()
    OPENING = auto()
    AUXILIARY = auto()
    PREPOSITION = auto()
    NOT = auto()
    JOIN = auto()  # "and", "&", "plus"
    COMMA = auto()
    BREAK = auto()  # ";", ":", "then", brackets
    WORD = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """The meaning of the tokens from `first` to `after`. Only the value of its kind is set."""

    kind: Kind
    first: int
    after: int
    text: str = ""
    room: rooms.RoomMention | None = None
    size: Size | None = None
    value: Fraction | None = None
    unit: Unit | None = None
    activity: Activity | None = None
    is_factor: bool = False


_PREPOSITIONS = frozenset({
    "for",
    "of",
    "from",
    "with",
    "under",
    "behind",
    "below",
    "above",
    "beneath",
    "near",
    "at",
    "by",
    "next",
    "around",
    "on",
    "over",
    "beside",
    "between",
    "in",
    "inside",
    "against",
    "to",
    "within",
    "along",
    "through",
    "off",
    "throughout",
    "w/",
    "into",
    "adjacent",
    "via",
    "after",
    "before",
    "per",
    "beyond",
    "underneath",
    "outside",
    "opposite",
    "across",
})  # fmt: skip
_AUXILIARIES = frozenset({
    "was",
    "were",
    "is",
    "are",
    "be",
    "been",
    "being",
    "will",
    "needs",
    "need",
    "needed",
    "require",
    "requires",
    "required",
    "should",
    "must",
    "has",
    "have",
    "had",
    "got",
    "gets",
    "to",
    "requiring",
    "shall",
    "recommended",
    "recommend",
    "necessary",
})  # fmt: skip
_JOINS = frozenset({"and", "&", "plus", "+", "also", "or"})
_PIECES = {
    **dict.fromkeys(("closet", "wic"), "closet"),
    **dict.fromkeys(
        ("offset", "alcove", "bumpout", "bay", "recess", "plus", "+", "jog", "nook", "leg"), "offset"
    ),
}
_OPENINGS = {
    **dict.fromkeys(("door", "doors", "slider", "sliders"), "door"),
    **dict.fromkeys(("window", "windows", "win"), "window"),
    **dict.fromkeys(("opening", "openings", "doorway", "doorways", "archway"), "opening"),
}
_LUMBER = frozenset({
    "stud", "studs", "joist", "joists", "post", "posts", "lumber", "framing", "plate", "rafter", "rafters", "header",
})  # fmt: skip
_CEILINGS = frozenset({"ceiling", "ceilings", "clg", "clgs", "ceil", "ceils", "lid", "lids"})
_BEFORE_HEIGHT = frozenset({
    "is", "are", "at", "of", ":", "=", "-", "was", "were", "measure", "measures", "about", "approximately", "approx",
    "all", "in", "here",
})  # fmt: skip
_MAX_NAME_WORDS = 3
_NOT_NAMES = frozenset({
    "size", "sizes", "dimensions", "dims", "dim", "dimension", "measured", "measurement", "measurements",
    "it", "its", "it's", "this", "that", "room", "rooms", "area", "areas", "total", "section", "note",
    "visit", "day", "site", "laser", "sketch", "matterport", "scan", "actual", "actually", "correction",
    "corrected", "revised", "update", "updated", "now", "addendum", "approx", "approximately", "about",
    "roughly", "overall", "footprint", "unit", "apartment", "apt", "floor", "plan", "affected", "they",
    "he", "she", "and", "also", "in", "hole", "tarp", "there", "here", "second", "third", "each", "both",
    "all", "shape", "shaped", "l", "re-measured", "remeasured", "customer", "insured", "owner", "was",
    "not", "job", "structure", "slab", "patch",
})  # fmt: skip
_STATES = frozenset(
    {"wet", "dry", "damaged", "work", "open", "cut", "removed", "impacted", "flooded", "other", "same"}
)
_MIN_HEIGHT_FEET, _MAX_HEIGHT_FEET = 2, 60
_MIN_ROOM_FEET, _MAX_ROOM_FEET = 6, 20
_MAX_COUNT = 1000
_SAME = frozenset({"same", "matching"})
_AFTER_SLIP = frozenset({"it", "its", "it's", "wait", "sorry", "make", "scratch"})
"""Words by which a speaker corrects himself after "no": "VCT, no it's sheet vinyl"."""
_BEFORE_IDS = frozenset({
    "suite", "ste", "unit", "apt", "apartment", "building", "bldg", "lot", "phase", "class", "cat", "category", "step",
    "page", "photo", "route", "highway", "job", "file", "claim", "po", "invoice", "model", "level",
})  # fmt: skip
_NOT_COUNTED = frozenset({"%", "pt", "\u00b0", "pts"})
_CEILING_WORDS = frozenset(
    {"ceiling", "ceilings", "clg", "clgs", "ceil", "ceils", "ht", "height", "heights", "hgt"}
)
_HIGH = frozenset({"high", "tall"})
_TIME_BEFORE = frozenset({
    "at", "by", "around", "until", "from", "since", "before", "after", "day", "off", "found", "arrived", "called",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "tues", "wed", "thu",
    "thurs", "fri", "sat", "sun", "today", "tomorrow", "yesterday", "overnight", "about", "approx",
})  # fmt: skip
_DAYS = frozenset({"day", "days", "d", "nights", "night"})
_CAUSES = frozenset({"leak", "leaks", "failure", "overflow", "backup", "fire"})
"""Words after which a material is the cause of a loss: "a roof leak"."""
_SOURCES = frozenset(
    {"supply", "pipe", "toilet", "water", "dishwasher", "washer", "refrigerator", "sink", "faucet"}
)
_SOURCE_PARTS = frozenset({"valve", "line", "hose", "burst", "failed"})


def marks(text: str, sequence: Sequence[NoteToken], first: int, after: int) -> list[Mark]:
    """The marks of the tokens from `first` to `after`, which are one sentence."""
    found: list[Mark] = []
    part = sequence[:after]
    at = first
    while at < after:
        mark = _mark(text, part, at, found)
        found.append(mark)
        at = max(mark.after, at + 1)
    return _with_unknown_room(sequence, _with_common_unit(part, found))


def _with_common_unit(sequence: Sequence[NoteToken], found: list[Mark]) -> list[Mark]:
    """Bare numbers take the unit that the sentence gives for all: "walls 480, ceiling 224 (all SF)"."""
    for index, mark in enumerate(found[:-1]):
        if mark.text != "all":
            continue
        unit = unit_at(sequence, found[index + 1].first)
        if unit is not None and found[-1].after <= unit[1] + 2:
            return [
                replace(mark, kind=Kind.QUANTITY, unit=unit[0]) if mark.kind is Kind.COUNT else mark
                for mark in found
            ]
    return found


def _with_unknown_room(sequence: Sequence[NoteToken], found: list[Mark]) -> list[Mark]:
    """A sentence that begins with unknown words and goes on with a size names a room: "Chapel is 20 x 30"."""
    sized = next((index for index, mark in enumerate(found) if mark.kind is Kind.SIZE), 0)
    before = found[:sized]
    if not before or any(mark.kind not in (Kind.WORD, Kind.BREAK, Kind.AUXILIARY) for mark in before):
        return found
    words = 0
    while (
        words < len(before)
        and before[words].kind is Kind.WORD
        and sequence[before[words].first].kind == "word"
    ):
        words += 1
    names = [mark.text for mark in before[:words] if mark.text not in ("the", "measures", "measuring")]
    name = " ".join(names)
    is_name = 0 < len(names) <= _MAX_NAME_WORDS and sequence[before[0].first].capital
    if names[-1:] == ["area"] and len(names) > 1:
        names = names[:-1]
    if not is_name or not _NOT_NAMES.isdisjoint(names) or not _STATES.isdisjoint(names):
        return found
    room = rooms.RoomMention(name, None, before[words - 1].after)
    return [Mark(Kind.ROOM, before[0].first, room.after, room=room), *found[words:]]


def _mark(text: str, sequence: Sequence[NoteToken], at: int, before: Sequence[Mark]) -> Mark:  # noqa: C901 - one case for each kind
    token = sequence[at]
    word = token.text
    if word == "(" and kind_at(sequence, at + 1) == "number" and text_at(sequence, at + 2) == ")":
        counted = number(sequence, at + 1)
        if counted and counted[1] == at + 2:
            return Mark(Kind.COUNT, at, at + 3, value=counted[0])
    if (word, text_at(sequence, at + 1)) in (("moving", "on"), ("next", "is"), ("next", "room")):
        return Mark(Kind.BREAK, at, at + 1, "then")
    if word in (";", ":", "(", ")", "[", "]", "then", "while", "where", "|", "we", "i", "\u2014", "but"):
        return Mark(Kind.BREAK, at, at + 1, word)
    if word == "-" or word == "\u2013":
        return (
            Mark(Kind.BREAK if token.start > sequence[at - 1].end else Kind.WORD, at, at + 1, "-")
            if at
            else Mark(Kind.WORD, at, at + 1, "-")
        )
    if word == "," or (word == "/" and _stands_apart(sequence, at)):
        return Mark(Kind.COMMA, at, at + 1, word)
    if word in ("+", "/") and materials.gazetteer().match(sequence, at + 1):
        return Mark(Kind.JOIN, at, at + 1, word)
    if word == "no" and text_at(sequence, at + 1) in _AFTER_SLIP:
        return Mark(Kind.BREAK, at, at + 1, word)
    if word in ("not", "no", "never", "didn't", "don't", "won't", "without", "nothing"):
        return Mark(Kind.NOT, at, at + 1, word)
    if word in _SAME and (same := _same_height(sequence, at)):
        return same
    if word in ("stairs", "stair") and not before and text_at(sequence, at + 1) in (":", "-"):
        return Mark(Kind.ROOM, at, at + 1, room=rooms.RoomMention("stairs", None, at + 1))
    if word == "new" and _is_renewal(sequence, at, before):
        return Mark(Kind.ACTIVITY, at, at + 1, word, activity=Activity.REPLACE)
    if word == "missing" and text_at(sequence, at + 1) in ("wall", "walls"):
        return Mark(Kind.OPENING, at, at + 2, "missing_wall")
    if measured := _measure(sequence, at, before):
        return measured
    if word in ("plus", "+") or (word in _PIECES and word not in ("closet", "wic", "nook")):
        return Mark(Kind.PIECE, at, at + 1, _PIECES[word])
    if ceiling := _ceiling_height(sequence, at):
        return ceiling
    activity = activities.gazetteer().match(sequence, at)
    material = materials.gazetteer().match(sequence, at)
    room = rooms.mention(text, sequence, at)
    ends = {
        "activity": activity[1] if activity else 0,
        "material": material[1] if material else 0,
        "room": room.after if room else 0,
    }
    if room and ends["room"] >= max(ends["activity"], ends["material"]):
        return Mark(Kind.ROOM, at, room.after, room=room)
    if material and ends["material"] > ends["activity"] and _is_material(sequence, at, material[1], before):
        return Mark(Kind.MATERIAL, at, material[1], material[0])
    if activity and _is_activity(sequence, at, activity[1], activity[0], before):
        return Mark(Kind.ACTIVITY, at, activity[1], word, activity=activity[0])
    if material and _is_material(sequence, at, material[1], before):
        return Mark(Kind.MATERIAL, at, material[1], material[0])
    if (level := rooms.level(sequence, at)) is not None:
        return Mark(Kind.WORD, at, level)
    if word in _OPENINGS:
        return Mark(Kind.OPENING, at, at + 1, _OPENINGS[word])
    if word == "to" and _is_preposition(sequence, at):
        return Mark(Kind.PREPOSITION, at, at + 1, word)
    if word in _JOINS:
        return Mark(Kind.JOIN, at, at + 1, word)
    if word in _AUXILIARIES:
        return Mark(Kind.AUXILIARY, at, at + 1, word)
    if word in _PREPOSITIONS:
        return Mark(Kind.PREPOSITION, at, at + 1, word)
    return Mark(Kind.WORD, at, at + 1, word)


def _same_height(sequence: Sequence[NoteToken], at: int) -> Mark | None:
    """The height of the room before: "with the same ceiling height". The mark has no value."""
    after = at + 1
    while after < at + 3 and text_at(sequence, after) in _CEILING_WORDS:
        after += 1
    return Mark(Kind.HEIGHT, at, after) if after > at + 1 else None


def _is_renewal(sequence: Sequence[NoteToken], at: int, before: Sequence[Mark]) -> bool:
    """Whether "new" is the only word for work on a material with a quantity: "New toe kick, 9 LF"."""
    material = materials.gazetteer().match(sequence, at + 1)
    opens = not before or before[-1].kind in (Kind.COMMA, Kind.JOIN, Kind.BREAK)
    if material is None or not opens or any(mark.kind is Kind.ACTIVITY for mark in before):
        return False
    return any(quantity(sequence, index) for index in range(at + 1, min(material[1] + 3, len(sequence))))


def _stands_apart(sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether a sign has a space on both sides."""
    return (
        0 < at < len(sequence) - 1
        and sequence[at - 1].end < sequence[at].start
        and sequence[at].end < sequence[at + 1].start
    )


def _is_preposition(sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether "to" stands before a noun rather than a verb: "antimicrobial to the framing"."""
    if text_at(sequence, at + 1) in ("the", "a", "an", "all", "both", "our", "each", "this"):
        return True
    if at + 1 >= len(sequence) or activities.gazetteer().match(sequence, at + 1):
        return False
    return materials.gazetteer().match(sequence, at + 1) is not None


def _measure(sequence: Sequence[NoteToken], at: int, before: Sequence[Mark]) -> Mark | None:
    """The size, height, quantity, days or count that begins at a token."""
    if text_at(sequence, at) in ("x", "\u00d7") and kind_at(sequence, at + 1) in ("number", "word"):
        times = _measure(sequence, at + 1, before)
        if times and times.kind in (Kind.DAYS, Kind.COUNT, Kind.QUANTITY):
            return Mark(times.kind, at, times.after, value=times.value, unit=times.unit, is_factor=True)
    if kind_at(sequence, at) not in ("number", "vulgar", "word"):
        return None
    if sized := size(sequence, at):
        is_lumber = text_at(sequence, sized.after) in _LUMBER
        return Mark(
            Kind.WORD if is_lumber else Kind.SIZE, sized.first, sized.after, size=None if is_lumber else sized
        )
    stated, measured = quantity(sequence, at), length(sequence, at)
    if stated and stated.unit is Unit.DAY:
        return Mark(Kind.DAYS, at, stated.after, value=stated.value)
    if stated and (measured is None or stated.after > measured.after or measured.unit is None):
        return Mark(Kind.QUANTITY, at, stated.after, value=stated.value, unit=stated.unit)
    return _height(sequence, measured, before) or _length_or_count(sequence, measured) if measured else None


def _length_or_count(sequence: Sequence[NoteToken], measured: MeasuredLength) -> Mark:
    if measured.unit is not None:
        return Mark(Kind.LENGTH, measured.first, measured.after, value=measured.feet())
    is_id = text_at(sequence, measured.first - 1) in _BEFORE_IDS
    is_count = measured.value.denominator == 1 and 0 < measured.value < _MAX_COUNT and not is_id
    if is_count and text_at(sequence, measured.after) not in _NOT_COUNTED:
        return Mark(Kind.COUNT, measured.first, measured.after, value=measured.value)
    return Mark(Kind.WORD, measured.first, measured.after)


def _height(sequence: Sequence[NoteToken], measured: MeasuredLength, before: Sequence[Mark]) -> Mark | None:
    """The height that a length is: "8' ceilings", "9-foot ceiling", and after a size also "3' high"."""
    at = measured.after + (text_at(sequence, measured.after) == "-")
    if text_at(sequence, at) in _HIGH and text_at(sequence, at + 1) in _CEILING_WORDS:
        at += 1
    word = text_at(sequence, at)
    is_height = (
        word in _CEILINGS
        or _stands_alone(word, measured, before)
        or (word in ("high", "tall", "ht", "height", "h") and _after_size(before))
    )
    after = measured.after if _stands_alone(word, measured, before) else at + 1
    if (
        is_height
        and _MIN_HEIGHT_FEET <= measured.feet() <= _MAX_HEIGHT_FEET
        and not _is_surface(sequence, at)
    ):
        return Mark(Kind.HEIGHT, measured.first, after, value=measured.feet())
    return None


def _stands_alone(word: str, measured: MeasuredLength, before: Sequence[Mark]) -> bool:
    """Whether a length is the height because it follows a size: "Basement 18 x 26, 7 ft."""
    earlier = [mark.kind for mark in before[-2:] if mark.kind is not Kind.COMMA and mark.text != "|"]
    separated = bool(before) and (before[-1].kind in (Kind.SIZE, Kind.COMMA) or before[-1].text == "|")
    follows = earlier[-1:] == [Kind.SIZE] and separated
    return (
        follows
        and word in (".", ",", ";", ")", "", "\n", "|")
        and _MIN_ROOM_FEET <= measured.feet() <= _MAX_ROOM_FEET
    )


def _is_surface(sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether "ceiling" begins the name of a material: "8' ceiling drywall"."""
    match = materials.gazetteer().match(sequence, at)
    return bool(match and match[0] != "ceiling")


def _after_size(before: Sequence[Mark]) -> bool:
    return any(mark.kind in (Kind.SIZE, Kind.ROOM) for mark in before) and not any(
        mark.kind is Kind.ACTIVITY for mark in before[-6:]
    )


def _ceiling_height(sequence: Sequence[NoteToken], at: int) -> Mark | None:
    """The height after the word for it: "ceilings are 8 feet", "clg ht 9'-0"", "ceiling height is 2.7 m"."""
    if text_at(sequence, at) not in _CEILING_WORDS and not (
        text_at(sequence, at) == "h" and kind_at(sequence, at + 1) in ("number", "other")
    ):
        return None
    index = at + 1
    while index < at + 6 and text_at(sequence, index) in _CEILING_WORDS | _BEFORE_HEIGHT:
        index += 1
    measured = length(sequence, index) if index < len(sequence) else None
    if measured is None or quantity(sequence, index) is not None or size(sequence, index) is not None:
        return None
    value = measured.feet()
    if measured.unit is None and (
        text_at(sequence, measured.after) not in ("", ".", ",", ";", ")", "\n")
        or text_at(sequence, at) == "h"
    ):
        return None
    if measured.unit is not None and text_at(sequence, measured.after) in ("of", "x"):
        return None
    return (
        Mark(Kind.HEIGHT, at, measured.after, value=value)
        if _MIN_HEIGHT_FEET <= value <= _MAX_HEIGHT_FEET
        else None
    )


def _is_material(sequence: Sequence[NoteToken], at: int, after: int, before: Sequence[Mark]) -> bool:
    """Whether words for a material name one here: "am" after a number only, "base" not in "at the base"."""
    word = text_at(sequence, at)
    if after > at + 1:
        return True
    if word in ("am", "a/m"):
        if (
            not before
            or before[-1].kind not in (Kind.COUNT, Kind.QUANTITY)
            or sequence[at].start > sequence[at - 1].end + 2
        ):
            return text_at(sequence, after) in ("x", "\u00d7") and kind_at(sequence, after + 1) == "number"
        return not _is_time(sequence, before[-1].first)
    if word in ("base", "plate", "cushion", "shoe"):
        return text_at(sequence, at - 1) != "the" or text_at(sequence, at - 2) not in ("at", "to", "along")
    following = text_at(sequence, after)
    return following not in _CAUSES and not (word in _SOURCES and following in _SOURCE_PARTS)


def _is_time(sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether a number before "AM" is a time of day: "Monday 7 AM", "11:40 am"."""
    earlier = text_at(sequence, at - 1)
    if earlier == ":":
        return kind_at(sequence, at - 2) == "number" and sequence[at].start == sequence[at - 2].end + 1
    return earlier in _TIME_BEFORE


_NOUNS = frozenset({
    "base",
    "cut",
    "fit",
    "pump",
    "coat",
    "lift",
    "sand",
    "sample",
    "ext",
    "block",
    "tent",
    "apron",
    "shore",
    "set",
})  # fmt: skip


_BEFORE_VERBS = frozenset({Kind.COMMA, Kind.JOIN, Kind.BREAK, Kind.AUXILIARY, Kind.PIECE})
_BEFORE_NOUNS = frozenset({"first", "second", "third", "another", "last", "this", "flood", "final"})
_PUMPS = frozenset(
    {"drain", "sump", "heat", "condensate", "ejector", "well", "circulating", "pool", "sewage", "water"}
)


def _is_activity(
    sequence: Sequence[NoteToken], at: int, after: int, activity: Activity, before: Sequence[Mark]
) -> bool:
    """Whether words for an activity name one here: "dry" may be a state, "cut" a noun."""
    word = text_at(sequence, at)
    following = text_at(sequence, after)
    if word == "flood":
        return any(
            materials.gazetteer().name(token.text) == "drywall" for token in sequence[after : after + 7]
        )
    if word in ("pull", "pulled", "rolled", "peeled", "fold", "folded") and following == "back":
        return False
    if word in ("move", "moved", "moving", "moves") and following in ("in", "into", "on", "here"):
        return False
    if word in ("came", "come", "comes") and text_at(sequence, after) == "of":
        return False
    if after > at + 1:
        return True
    if word in ("out", "off", "up"):
        kinds = [mark.kind for mark in before[-2:] if mark.text not in materials.EQUIPMENT]
        ends = kind_at(sequence, after) in ("", "newline", "number") or following in (",", ".", ";", "-", ":")
        return ends and Kind.MATERIAL in kinds[-2:] and kinds[-1] in (Kind.MATERIAL, Kind.QUANTITY)
    if word == "dry":
        return following in ("in", "the", "out", "all") or (
            bool(after < len(sequence)) and materials.gazetteer().match(sequence, after) is not None
        )
    if word == "clean" and following in (".", ""):
        return text_at(sequence, at - 1) not in (",", "is", "are", "was", "were", "and")
    if word in ("treatment", "application", "test", "testing", "sample", "samples"):
        return True
    return not _is_noun(sequence, at, before)


def _is_noun(sequence: Sequence[NoteToken], at: int, before: Sequence[Mark]) -> bool:
    """Whether a word that may be a verb is a noun here: "a 2 ft cut", "the drain pump", "an affected strip"."""
    word, earlier = text_at(sequence, at), text_at(sequence, at - 1)
    if word == "strip":
        return bool(before) and before[-1].kind not in _BEFORE_VERBS
    if word == "cut":
        return bool(before) and (before[-1].kind in (Kind.LENGTH, Kind.MATERIAL) or earlier in _BEFORE_NOUNS)
    return (word == "pump" and earlier in _PUMPS) or (word in _NOUNS and earlier in ("the", "a", "of"))
