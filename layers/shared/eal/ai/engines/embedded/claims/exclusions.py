"""Parts of a sentence that are outside this loss or not done: prior damage, other people's property, excluded work, and
conditions and questions, which state nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.claims.vocabulary import Activity
from eal.ai.engines.embedded.claims.exclusion_cues import (
    EXCLUDED_WORK,
    NOT_STATED,
    OTHER_PROPERTY,
    PRIOR_DAMAGE,
)
from eal.ai.engines.embedded.claims.marks import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eal.ai.claims.vocabulary import ExclusionReason
    from eal.ai.engines.embedded.claims.marks import Mark
    from eal.ai.engines.embedded.claims.tokens import NoteToken

type Status = Literal["stated", "not_stated", "prior_damage", "other_property", "excluded_work"]

_MAX_HEADING_CHARACTERS = 60
_DENIAL_MARKS = 6
"""Number of marks that a negation reaches: "will not, at this time, be replaced"."""
_OURS = frozenset(
    {
        "us",
        "our",
        "crew",
        "crews",
        "team",
        "technician",
        "technicians",
        "tech",
        "techs",
        "we",
        "hand",
        "cutting",
    }
)
_CONTRASTS = frozenset({"however", "except", "though", "although"})
_ALTERNATIVES = frozenset({("instead", "of"), ("rather", "than"), ("lieu", "of")})


@dataclass(frozen=True, slots=True)
class SentencePart:
    """Marks of a sentence that share one status. `points_back`: it is said of the sentence before."""

    marks: tuple[Mark, ...]
    status: Status
    points_back: bool = False


def heading(words: str) -> ExclusionReason | None:
    """The reason that the heading of a block gives, such as "Not included:"."""
    title, colon, _ = words.lower().partition(":")
    match = _heading().match(title) if colon and len(title) < _MAX_HEADING_CHARACTERS else None
    if match is None:
        return None
    return "prior_damage" if match["prior"] else "other_property" if match["other"] else "excluded_work"


def parts(text: str, sequence: Sequence[NoteToken], marks: Sequence[Mark]) -> list[SentencePart]:
    """The parts of a sentence in order, each with its status."""
    stated, alternative = _before_alternative(marks)
    found: list[SentencePart] = []
    for clause in _split(stated, _ends_clause):
        found += _clause(text, sequence, clause)
    for index in range(1, len(found)):
        if found[index].points_back and found[index - 1].status in ("stated", "not_stated"):
            found[index - 1] = SentencePart(found[index - 1].marks, found[index].status)
    found = _joined(marks, found)
    return [*found, SentencePart(alternative, "not_stated")] if alternative else found


def _before_alternative(marks: Sequence[Mark]) -> tuple[Sequence[Mark], tuple[Mark, ...]]:
    """The marks before "instead of" or "rather than", and those after it, which name what is not done."""
    for index, mark in enumerate(marks[:-1]):
        if (mark.text, marks[index + 1].text) in _ALTERNATIVES:
            return marks[:index], tuple(marks[index:])
    return marks, ()


def _ends_clause(mark: Mark) -> bool:
    return (mark.kind is Kind.BREAK and mark.text in (";", "but", "|", "\u2014")) or mark.text in _CONTRASTS


def _clause(text: str, sequence: Sequence[NoteToken], clause: Sequence[Mark]) -> list[SentencePart]:
    """The clause as one part, or its pieces if only some of them have a cue: "removed carpet 100 SF, pad to stay".

    A list after a cue and a colon is one part: "Not owed: the hearth, repainting the ceiling".
    """
    status = _status(text, sequence, clause)
    if status == "stated":
        return [SentencePart(tuple(clause), status)]
    pieces = [
        SentencePart(tuple(piece), _status(text, sequence, piece))
        for piece in _split(clause, lambda mark: mark.kind is Kind.COMMA)
    ]
    excluded = [piece for piece in pieces if piece.status != "stated"]
    complete = any(
        piece.status == "stated" and _has(piece.marks, Kind.ACTIVITY) and _has(piece.marks, Kind.MATERIAL)
        for piece in pieces
    )
    is_list = (
        bool(pieces) and pieces[0].status != "stated" and any(mark.text == ":" for mark in pieces[0].marks)
    )
    if complete and excluded and not is_list and all(_names_work(piece) for piece in excluded):
        return pieces
    points = not _has(clause, Kind.MATERIAL) and bool(_pointer().match(_words(text, sequence, clause)))
    return [SentencePart(tuple(clause), status, points)]


def _names_work(part: SentencePart) -> bool:
    return _has(part.marks, Kind.MATERIAL) or _has(part.marks, Kind.ACTIVITY)


def _joined(marks: Sequence[Mark], found: Sequence[SentencePart]) -> list[SentencePart]:
    """Neighbouring parts that are stated become one, because an activity may follow its material after a semicolon."""
    index_of = {mark.first: index for index, mark in enumerate(marks)}
    joined: list[SentencePart] = []
    first = 0
    for number, part in enumerate(found):
        if part.status != "stated":
            joined.append(part)
            continue
        if not number or found[number - 1].status != "stated":
            first = index_of[part.marks[0].first]
        if number + 1 == len(found) or found[number + 1].status != "stated":
            joined.append(SentencePart(tuple(marks[first : index_of[part.marks[-1].first] + 1]), "stated"))
    return joined


def _status(text: str, sequence: Sequence[NoteToken], marks: Sequence[Mark]) -> Status:
    words = _words(text, sequence, marks)
    for status, pattern in _cues():
        if pattern.search(words):
            return status
    if _question().search(words):
        return "not_stated"
    return "excluded_work" if _is_denied(marks) or _is_by_others(sequence, marks) else "stated"


def _is_by_others(sequence: Sequence[NoteToken], marks: Sequence[Mark]) -> bool:
    """Whether a passive names who does the work: "discarded by the school". Our own people do not exclude it."""
    for index, mark in enumerate(marks[:-1]):
        if mark.kind is Kind.ACTIVITY and marks[index + 1].text == "by":
            actor = marks[index + 2 : index + 5]
            is_named = bool(actor) and actor[0].kind is Kind.WORD and sequence[actor[0].first].capital
            is_place = any(
                token.kind in (Kind.MATERIAL, Kind.ROOM, Kind.COUNT, Kind.QUANTITY)
                for token in actor[: 1 if is_named else 2]
            )
            return bool(actor) and not is_place and not any(token.text in _OURS for token in actor)
    return False


def _is_denied(marks: Sequence[Mark]) -> bool:
    """Whether a negation reaches an activity: "no antimicrobial applied", "will not be replaced"."""
    for index, mark in enumerate(marks):
        if mark.kind is not Kind.NOT or mark.text == "nothing":
            continue
        for following in marks[index + 1 : index + _DENIAL_MARKS]:
            if following.kind in (Kind.COMMA, Kind.BREAK, Kind.SIZE):
                break
            if following.kind is Kind.ACTIVITY:
                return following.activity is not Activity.DRY
    return False


def _words(text: str, sequence: Sequence[NoteToken], marks: Sequence[Mark]) -> str:
    start, end = sequence[marks[0].first].start, sequence[marks[-1].after - 1].end
    return text[start:end].lower().replace("\u2019", "'")


def _has(marks: Sequence[Mark], kind: Kind) -> bool:
    return any(mark.kind is kind for mark in marks)


def _split(marks: Sequence[Mark], ends: Callable[[Mark], bool]) -> list[list[Mark]]:
    found: list[list[Mark]] = [[]]
    for mark in marks:
        if ends(mark):
            found.append([])
        else:
            found[-1].append(mark)
    return [part for part in found if part]


@cache
def _cues() -> tuple[tuple[Status, re.Pattern[str]], ...]:
    tables: tuple[tuple[Status, tuple[str, ...]], ...] = (
        ("prior_damage", PRIOR_DAMAGE),
        ("other_property", OTHER_PROPERTY),
        ("excluded_work", EXCLUDED_WORK),
        ("not_stated", NOT_STATED),
    )
    return tuple((status, re.compile(rf"\b(?:{'|'.join(table)})(?=\W|$)")) for status, table in tables)


@cache
def _question() -> re.Pattern[str]:
    return re.compile(
        r"\?\s*$|^\W*(?:if|unless|should|would|could|can|whether|in case|depending on|assuming)\b"
    )


@cache
def _pointer() -> re.Pattern[str]:
    """The beginning of a sentence about the one before: "that is from 2019", "leave it out"."""
    return re.compile(
        r"\W*(?:th(?:is|at|ese|ose|ey)|it|its|it's|that's|which|both|do not|don't|leave|not (?:related"
        r"|part|included|from|ours|our|covered)|so|please|all of"
        r"|excluded?|omit|ignore|skip|disregard)\b"
    )


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(
        r"\W*(?:(?P<prior>pre-?existing|prior damage|previous damage|prior conditions?)"
        r"|(?P<other>(?:other|neighbor'?s|tenant'?s) (?:property|items|unit))"
        r"|(?:items? )?(?:exclusions?|excluded?(?: items?| from scope| work)?|not included|not owed|not payable"
        r"|not in scope|out of scope"
        r"|by others|(?:customer|owner|insured|homeowner|client)(?:s)? (?:will|to|is|are)\b.{0,40}"
        r"|owner (?:items|to handle|to do|supplied)|do not (?:scope|include)|not covered|denied"
        r"|excludes|excl|not scoped|not doing|not touching|hands off|declined|nic|no work"
        r"|by (?:the )?(?:owner|insured|homeowner|tenant|landlord)))\b"
    )
