"""The names of rooms in notes, their modifiers, numbers and levels. rooms.toml has the names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from eal.ai import toml
from eal.ai.engines.embedded.claims.gazetteer import Gazetteer
from eal.ai.engines.embedded.claims.tokens import kind_at, number, text_at, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.claims.tokens import NoteToken

_MODIFIERS = frozenset({
    "guest",
    "hall",
    "half",
    "full",
    "kids",
    "kid's",
    "kids'",
    "front",
    "back",
    "rear",
    "middle",
    "main",
    "spare",
    "boys",
    "boy's",
    "girls",
    "girl's",
    "son's",
    "daughter's",
    "jack",
    "north",
    "south",
    "east",
    "west",
    "left",
    "right",
    "women's",
    "men's",
    "small",
    "large",
    "lower",
    "upper",
    "corner",
    "finished",
    "unfinished",
    "detached",
    "attached",
    "children's",
    "child's",
    "teen",
    "master",
    "primary",
    "baby's",
    "formal",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "common",
    "private",
    "inner",
    "outer",
    "third",
    "second",
})  # fmt: skip
_DROPPED_MODIFIERS = frozenset({"finished", "unfinished", "small", "large", "attached", "third", "second"})
_SYNONYMS = {
    "kid's": "kids",
    "kids'": "kids",
    "child's": "kids",
    "children's": "kids",
    "boy's": "boys",
    "girl's": "girls",
    "rear": "back",
}
_ORDINALS = {
    "1st": "1st floor",
    "first": "1st floor",
    "ground": "1st floor",
    "main": "1st floor",
    "2nd": "2nd floor",
    "second": "2nd floor",
    "3rd": "3rd floor",
    "third": "3rd floor",
    "4th": "4th floor",
    "fourth": "4th floor",
    "upper": "upstairs",
    "lower": "downstairs",
    "top": "top floor",
    "fifth": "5th floor",
    "5th": "5th floor",
}
_FLOORS = frozenset({"floor", "flr", "fl", "level", "lvl", "story", "storey"})
_ONLY_CAPITALS = frozenset({"ba", "fr", "dr"})
"""Abbreviations that are also words, and count only in capitals."""
_NUMBERED = frozenset({
    "bedroom", "bathroom", "office", "closet", "restroom", "exam room", "classroom", "conference room",
    "garage", "hallway", "storage room", "half bathroom", "dorm room", "treatment room", "guest room",
    "toilet room", "operatory", "fitting room", "laboratory",
})  # fmt: skip
_PARENTS = frozenset({
    "basement", "hallway", "master bedroom", "primary bedroom", "garage", "bedroom", "attic", "kitchen",
    "guest room", "rec room", "foyer", "office", "entry", "laundry room", "nursery", "loft", "mudroom",
})  # fmt: skip
_CHILDREN = frozenset({
    "bathroom", "closet", "bedroom", "hallway", "half bathroom", "laundry room", "storage room", "rec room",
    "kitchen", "stairwell", "family room", "walk-in closet", "office", "utility room", "kitchenette",
    "living room", "entry", "den",
})  # fmt: skip


_MIN_USE_LETTERS = 4
_NOT_USES = frozenset({
    "this", "that", "each", "every", "other", "same", "whole", "entire", "first", "second", "third", "next",
    "both", "from", "with", "into", "affected", "adjacent", "adjoining", "another", "main", "these", "those",
    "through", "inside", "upstairs", "downstairs", "said", "small", "large", "wet", "damaged", "around",
    "entering", "leaving",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoomMention:
    """A room's name in a text. `after` is the index of the token after it."""

    name: str
    level: str | None
    after: int


@cache
def _heads() -> Gazetteer[str]:
    names = toml.load(Path(__file__).with_suffix(".toml"))
    return Gazetteer((phrase, name) for name, phrases in names.items() for phrase in phrases)


def mention(text: str, sequence: Sequence[NoteToken], at: int) -> RoomMention | None:
    """The room that is named from a token on: levels and modifiers, the head, and its number."""
    level, start = _level(sequence, at)
    index, modifiers = start, list[str]()
    while index < len(sequence) and index < start + 3 and _heads().match(sequence, index) is None:
        word = sequence[index].text
        if word == "-" and modifiers:
            index += 1
            continue
        if word not in _MODIFIERS:
            break
        modifiers.append(_SYNONYMS.get(word, word))
        index += 1
        if text_at(sequence, index) in ("'", "\u2019"):
            index += 1
    match = _heads().match(sequence, index) if index < len(sequence) else None
    if match is None and (unknown := _unknown(sequence, at)):
        return RoomMention(unknown[0], None, unknown[1])
    if match is None or not _is_name(text, sequence, index, match[1]):
        return None
    name, after = match
    second = _heads().match(sequence, after) if after < len(sequence) else None
    if second and name in _PARENTS and second[0] in _CHILDREN and second[0] != name:
        name, after = f"{'hall' if name == 'hallway' else name} {second[0]}", second[1]
    name = " ".join([*(modifier for modifier in modifiers if modifier not in _DROPPED_MODIFIERS), name])
    suffix = (
        _number(sequence, after) if match[0] in _NUMBERED or (second and second[0] in _NUMBERED) else None
    )
    if suffix is not None:
        name, after = f"{name} {suffix[0]}", suffix[1]
        part = _heads().match(sequence, after) if after < len(sequence) else None
        if part and part[0] in ("closet", "walk-in closet", "bathroom"):
            name, after = f"{name} {part[0]}", part[1]
    trailing, after_level = _trailing_level(sequence, after)
    return RoomMention(name, level or trailing, after_level)


def _level(sequence: Sequence[NoteToken], at: int) -> tuple[str | None, int]:
    word = text_at(sequence, at)
    if word in ("upstairs", "downstairs"):
        return word, at + 1
    if word in _ORDINALS:
        after = at + 1 + (text_at(sequence, at + 1) == "-")
        if text_at(sequence, after) in _FLOORS:
            dot = text_at(sequence, after + 1) == "." and sequence[after].text in ("flr", "fl", "lvl")
            return _ORDINALS[word], after + 1 + dot
    return None, at


def level(sequence: Sequence[NoteToken], at: int) -> int | None:
    """The index after the level that is named at a token, such as "2nd floor", without a room."""
    found, after = _level(sequence, at)
    return after if found else None


def _trailing_level(sequence: Sequence[NoteToken], at: int) -> tuple[str | None, int]:
    word = text_at(sequence, at)
    if word in ("upstairs", "downstairs"):
        return word, at + 1
    return None, at


def _unknown(sequence: Sequence[NoteToken], at: int) -> tuple[str, int] | None:
    """A room that is named after its use, such as "toddler room"."""
    word, after = text_at(sequence, at), at + 1
    if kind_at(sequence, at) != "word" or len(word) < _MIN_USE_LETTERS or word in _NOT_USES:
        return None
    return (f"{word} room", after + 1) if text_at(sequence, after) == "room" else None


def _is_name(text: str, sequence: Sequence[NoteToken], first: int, after: int) -> bool:
    """Whether the words are the name of a room: "dr" and "master" may be something else."""
    raw = text[sequence[first].start : sequence[after - 1].end]
    word = sequence[first].text
    if after == first + 1 and word == "living":
        return kind_at(sequence, after) == "number" or text_at(sequence, after) in (",", ":", "(", "-")
    if after == first + 1 and word == "bed":
        return _number(sequence, after) is not None
    if after == first + 1 and word in _ONLY_CAPITALS:
        return raw.isupper()
    if after == first + 1 and word in (
        "study",
        "landing",
        "shop",
        "storage",
        "passage",
        "master",
        "entry",
        "library",
        "utility",
        "crawl",
        "powder",
        "lab",
        "record",
        "records",
    ):
        return text_at(sequence, first - 1) not in (
            "to",
            "a",
            "the" if word in ("lab", "records") else "a",
        ) and text_at(sequence, after) not in (
            "valve",
            "policy",
            "door",
            "company",
            "box",
            "unit",
            "shutoff",
        )
    return True


def _number(sequence: Sequence[NoteToken], at: int) -> tuple[str, int] | None:
    """The number or letter of a room: "2", "#2", "two", "A"."""
    start = at + (text_at(sequence, at) == "#")
    letter = text_at(sequence, start)
    if len(letter) == 1 and letter in set("bcdef") and sequence[start].capital:
        return letter.upper(), start + 1
    if kind_at(sequence, start) not in ("number", "word"):
        return None
    found = number(sequence, start)
    if found is None or found[0].denominator != 1 or not 0 < found[0] < 1000:
        return None
    value, after = found
    following = text_at(sequence, after)
    if start == at and (
        following in _NOT_AFTER_NUMBER or kind_at(sequence, after) in ("mark", "joined") or after > start + 1
    ):
        return None
    return str(int(value)), after


_NOT_AFTER_NUMBER = frozenset(
    {
        "x",
        "\u00d7",
        "by",
        "*",
        "ft",
        "feet",
        "foot",
        "in",
        "inch",
        "inches",
        "m",
        "cm",
        "mm",
        "sf",
        "lf",
        "sy",
        "ea",
        "sq",
        "square",
        "linear",
        "lin",
        "lft",
        "sqft",
        "each",
        "hr",
        "hrs",
        "hour",
        "hours",
        "day",
        "days",
        "%",
        "hundred",
        "air",
        "am",
        "ams",
        "fan",
        "fans",
        "dehu",
        "dehus",
        "dh",
        "dhs",
        "dehumidifier",
        "dehumidifiers",
        "lgr",
        "scrubber",
        "scrubbers",
        "layer",
        "layers",
        "coat",
        "coats",
        "doors",
        "windows",
        "yd",
        "yds",
        "yards",
        "meter",
        "meters",
        "metre",
        "metres",
        "to",
        "of",
        "/",
        ".",
    }
)  # fmt: skip - {"."}


def canonical(name: str) -> str:
    """One form of a room's name, whatever its spelling, for comparing names from elsewhere."""
    sequence = tokens(name)
    for at in range(len(sequence)):
        found = mention(name.upper(), sequence, at)
        if found:
            return found.name.replace("primary", "master")
    return " ".join(name.lower().split())
