"""The names of rooms in notes, their abbreviations, modifiers, numbers and levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.claims.gazetteer import Gazetteer
from eal.ai.engines.embedded.claims.tokens import kind_at, number, text_at, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.claims.tokens import NoteToken

_HEADS: dict[str, str] = {
    "kitchen": "kitchen, kit, kitch, ktchn",
    "kitchenette": "kitchenette",
    "bathroom": "bathroom, bath, bath room, bathrm, ba, bth",
    "half bathroom": "half bath, half bathroom, 1/2 bath",
    "parlor": "parlor, parlour",
    "drawing room": "drawing room",
    "keeping room": "keeping room",
    "scullery": "scullery",
    "powder room": "powder room, powder, powder rm, powder bath",
    "bedroom": "bedroom, bed, br, bdrm, bed room, bedrm, bd rm, bed rm, bdr",
    "master bedroom": (
        "master suite, master bedroom, mbr, master br, m bedroom, mstr bedroom, master bed, m br, "
        "mstr br, mbed, master bdrm, m. br, master"
    ),
    "master bathroom": (
        "master suite bath, master suite bathroom, master bathroom, master bath, mba, m bath, m. "
        "bath, mstr bath, ensuite, en suite, en-suite, mbath, m ba"
    ),
    "primary bedroom": "primary suite, primary bedroom, primary br, primary bed, primary bdrm",
    "primary bathroom": "primary suite bath, primary suite bathroom, primary bathroom, primary bath",
    "living room": (
        "living, living/dining, living/dining room, living/dining area, living room, lr, living "
        "rm, liv rm, liv room, livingroom, lounge"
    ),
    "dining room": "dining room, dr, dining rm, dining, din rm, dining area",
    "family room": "family room, fr, family rm, fam rm, fam room, familyroom",
    "great room": "great room, great rm",
    "den": "den",
    "study": "study",
    "office": "office, home office",
    "hallway": "hallway, hall, corridor, hall way, passage, passageway",
    "laundry room": "laundry room, laundry, laundry rm, laundry area, ldry, laundry closet",
    "utility room": "utility room, utility, util rm, util, utility rm",
    "basement": "basement, bsmt, bsmnt, cellar",
    "garage": "garage",
    "foyer": "foyer",
    "entry": "entry, entryway, entry way, entrance, entrance hall, front entry",
    "attic": "attic",
    "crawlspace": "crawlspace, crawl space, crawl",
    "closet": "closet, clst, wardrobe closet",
    "pantry": "pantry",
    "walk-in closet": "walk-in closet, walk in closet, wic",
    "linen closet": "linen closet",
    "utility closet": "utility closet, util closet, util clst",
    "mechanical closet": "mechanical closet, mech closet, furnace closet, hvac closet, water heater closet, wh closet",
    "storage closet": "storage closet",
    "janitor closet": "janitor closet, janitor's closet, custodial closet",
    "broom closet": "broom closet",
    "supply closet": "supply closet, supply room",
    "electrical room": "electrical room, elec room, electrical closet",
    "operatory": "operatory, dental operatory",
    "laboratory": "laboratory, lab",
    "records room": "records room, records",
    "fitting room": "fitting room",
    "dish room": "dish room, dishwashing area",
    "dining hall": "dining hall",
    "walk-in cooler": "walk-in cooler, walk in cooler",
    "loading dock": "loading dock, dock area",
    "mezzanine": "mezzanine",
    "nurses station": "nurses station, nurse station, nurse's station",
    "work room": "work room, workroom",
    "prep area": "prep area, prep room",
    "bunk room": "bunk room, bunkroom",
    "hearth room": "hearth room",
    "in-law suite": "in-law suite, mother-in-law suite, in law suite, mother in law suite, granny suite",
    "guest suite": "guest suite",
    "coat closet": "coat closet",
    "mudroom": "mudroom, mud room, mud rm",
    "sunroom": "sunroom, sun room, sun porch, solarium",
    "playroom": "playroom, play room",
    "rec room": "rec room, recreation room, rec rm",
    "bonus room": "bonus room, bonus rm",
    "loft": "loft",
    "nursery": "nursery",
    "stairwell": "stairwell, stairway, stair well",
    "landing": "landing",
    "storage room": "storage room, storage, storage rm, storage area, storeroom, store room",
    "mechanical room": "mechanical room, mech room, mech rm, furnace room, boiler room",
    "breakfast nook": "breakfast nook, nook, breakfast room, breakfast area",
    "conference room": "conference room, conf room, conf rm, meeting room",
    "reception": "reception, reception area",
    "lobby": "lobby",
    "break room": "break room, break area, breakroom, break rm, lunch room, lunchroom",
    "server room": "server room, it room, data room",
    "workshop": "workshop",
    "gym": "gym, exercise room, workout room",
    "media room": "media room, theater room, theatre room, home theater",
    "library": "library",
    "guest room": "guest room, guest rm",
    "restroom": "restroom, rest room, washroom",
    "game room": "game room",
    "craft room": "craft room, hobby room, sewing room",
    "porch": "porch, enclosed porch, screened porch",
    "vestibule": "vestibule",
    "waiting room": "waiting room, waiting area",
    "exam room": "exam room",
    "stock room": "stock room, stockroom",
    "showroom": "showroom",
    "sales floor": "sales floor",
    "copy room": "copy room, file room, mail room",
    "classroom": "classroom",
    "retail area": "retail area, sales area",
    "warehouse": "warehouse",
    "butler's pantry": "butler's pantry, butlers pantry",
    "music room": "music room",
    "shop": "shop area, shop floor",
    "open office": "open office",
    "wine cellar": "wine cellar, wine room",
    "toilet room": "toilet room",
    "shower room": "shower room",
    "wet bar": "wet bar",
    "dressing room": "dressing room",
    "cafeteria": "cafeteria, canteen",
    "dorm room": "dorm room",
    "treatment room": "treatment room",
    "sitting room": "sitting room, sitting area",
    "front room": "front room",
    "back room": "back room",
    "conservatory": "conservatory",
    "cloakroom": "cloakroom",
    "sanctuary": "sanctuary",
    "fellowship hall": "fellowship hall",
    "fitness room": "fitness room",
    "bar area": "bar area",
    "wine room": "wine room",
    "locker room": "locker room",
    "boiler room": "boiler room",
}
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
    return Gazetteer(
        (phrase.strip(), name) for name, phrases in _HEADS.items() for phrase in phrases.split(",")
    )


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
