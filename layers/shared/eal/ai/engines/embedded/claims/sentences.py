"""The lines and sentences of a text, as ranges of its tokens, and the instructions to software among them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.instructions import Spoken, spoken_instruction
from eal.ai.engines.embedded.language.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.claims.tokens import NoteToken

_ABBREVIATIONS = frozenset({
    "sq",
    "ft",
    "lin",
    "ea",
    "hr",
    "hrs",
    "approx",
    "no",
    "cat",
    "cl",
    "st",
    "ht",
    "clg",
    "incl",
    "mstr",
    "m",
    "dr",
    "ave",
    "ct",
    "rd",
    "flr",
    "fl",
    "lvl",
    "rm",
    "bldg",
    "apt",
    "in",
    "cu",
    "yd",
    "est",
    "w",
    "ceil",
    "vs",
    "dept",
    "ext",
    "mr",
    "mrs",
    "ms",
})  # fmt: skip
_NEVER_LAST = frozenset(
    ["approx", "no", "cat", "m", "st", "dr", "vs", "sq", "lin", "cu", "cl", "mr", "mrs", "ms", "w", "est"]
)
_BULLETS = frozenset({"-", "*", "\u2022", "\u2013", "\u00b7", "+", ">"})
_BEFORE_FEET = frozenset({"sq", "lin", "cu"})
_FEET = frozenset({"ft", "feet", "yd", "yds", "m"})
_SIDES = frozenset({"length", "width", "height", "l", "w", "h"})


MAX_TOKENS = 400
"""A longer sentence is cut, so that the work on all sentences is linear in the length of the text."""


@dataclass(frozen=True, slots=True)
class ClaimSentence:
    """The tokens from `first` to `after`. `line` is the number of its line, `opens` whether it begins the line;
    `bullet` whether a bullet stands before it; `instructs` whether it tries to command the software.
    """

    first: int
    after: int
    line: int
    opens: bool
    bullet: bool
    instructs: bool = False


def sentences(text: str, sequence: Sequence[NoteToken]) -> list[ClaimSentence]:
    found: list[ClaimSentence] = []
    line, first, opens, bullet = 0, 0, True, False
    instructed = False

    def close(after: int) -> None:
        nonlocal instructed
        if after <= first:
            return
        words = text[sequence[first].start : sequence[after - 1].end]
        spoken = plain(words).text
        instructed = (
            bool(_commands().search(spoken))
            or spoken_instruction(spoken, after_one=False) is Spoken.SENTENCE
            or (instructed and bool(_follows().match(spoken)))
        )
        found.append(ClaimSentence(first, after, line, opens, bullet, instructed))

    for index, token in enumerate(sequence):
        if token.kind == "newline" and _goes_on(sequence, first, index):
            continue
        if token.kind == "newline":
            close(index)
            line, first, opens, bullet, instructed = line + 1, index + 1, True, False, False
        elif index == first and opens and token.text in _BULLETS and not found_number(sequence, index):
            first, bullet = index + 1, True
        elif token.text == "<" and index > first and _is_tag(sequence, index):
            close(index)
            first, opens, bullet = index, False, False
        elif _ends(text, sequence, index) or index - first >= MAX_TOKENS:
            close(index + 1)
            first, opens, bullet = index + 1, False, False
    close(len(sequence))
    return found


def found_number(sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether a sign stands directly before a number, as in "-5"."""
    return (
        at + 1 < len(sequence)
        and sequence[at + 1].kind == "number"
        and sequence[at].end == sequence[at + 1].start
    )


def _goes_on(sequence: Sequence[NoteToken], first: int, at: int) -> bool:
    """Whether a form states the next side of a size on the next line."""
    following = sequence[at + 1].text if at + 1 < len(sequence) else ""
    return sequence[first].text in _SIDES and following in _SIDES and at > first


def _is_tag(sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether a sign begins a tag such as "</system>"."""
    following = sequence[at + 1] if at + 1 < len(sequence) else None
    return following is not None and (following.text == "/" or following.kind == "word")


def _ends(text: str, sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether a full stop, or another mark, ends the sentence. The stop of an abbreviation does not."""
    token = sequence[at]
    if token.text in ("!", "?", ">"):
        return True
    if token.text in ("]", "}"):
        return at + 1 < len(sequence) and sequence[at + 1].capital
    if token.text != ".":
        return False
    following = sequence[at + 1] if at + 1 < len(sequence) else None
    if following is None or following.kind == "newline":
        return True
    before = sequence[at - 1] if at else None
    if before is None or before.end != token.start:
        return True
    if (
        following.start == token.end
        and following.kind in ("word", "number")
        and before.kind == "word"
        and len(before.text) == 1
    ):
        return False
    if text[before.start : before.end] == "DR":  # a dining room; a doctor and a drive are "Dr."
        return True
    if before.text in _NEVER_LAST and (before.text != "m" or before.capital):
        return before.text in _BEFORE_FEET and following.capital and following.text not in _FEET
    if before.text in _ABBREVIATIONS or (len(before.text) == 1 and before.kind == "word"):
        return (
            following.capital or following.kind not in ("word", "other") or following.text in ("<", "-", "*")
        )
    return True


@cache
def _commands() -> re.Pattern[str]:
    """Commands to the software that reads claims, in plain spelling, besides those that it removes from calls."""
    software = (
        r"(?:ai|a i|llm|gpt|chatgpt|claude|bot|assistant|(?:language|ai|estimator|extraction|scoping) model|software"
        r"|estimating (?:software|tool|engine|system)"
        r"|extraction (?:software|tool|engine|system|model)|extractor|parser|scope (?:engine|generator"
        r"|bot|writer)|automation|algorithm)"
    )
    kind = r"(?:note|message|prompt|override|command|instruction|assistant|mode)"
    return re.compile(
        rf"(?:^\W*(?:system|admin|developer)|\b(?:system|admin|developer) {kind}|\b{software}(?: {kind})?),? ?"
        r"(?:(?:you|also|now|then|just|kindly|please|here|to) )*"
        r"(?:must|should|shall|please|mark|set|add|adds|include|includes|list|output|append|insert|approve|accept"
        r"|delete|remove all|ignore|report|treat|change|return|write|now|classify|raise|increase)\b"
        r"|\b(?:note|message|memo|attention|instructions?|dear|hey|hello|to|for) (?:to |for )?"
        rf"(?:the |any |all |our |your )?{software}\b"
        r"|\b(?:ignore|disregard|forget|override|bypass) (?:(?:all|any|the|your|my|these|those|of"
        r"|above|previous|prior|earlier|other|every)\s)*"
        r"(?:instructions?|rules?|prompts?|notes? above|above|guidelines?|guardrails?|checks?|exclusions?|limits?)\b"
        r"|\b(?:new|updated|revised|hidden|system|secret) (?:instructions?|prompts?|directives?|system)\b"
        r"|\b(?:mark|set|flag|accept|approve|sign off)(?: on)? (?:every|all"
        r"|each)(?: \w+){0,4} (?:as )?(?:accepted|approved|measured|signed|reviewed)\b"
        r"|\b(?:approve|accept) (?:everything|all (?:items|lines|of it))\b"
        r"|\b(?:confidence|quantity basis|every confidence|all confidences?) (?:to|of|is|at|must be"
        r"|should be) (?:1|one|100|0 9)\b"
        r"|\byou are (?:now )?(?:an? |the )?(?:\w+ ){0,3}(?:ai|assistant|model|adjuster bot|estimator bot|bot|dan)\b"
        r"|\b(?:whoever|whatever|any(?:one|thing)) (?:program|software|machine|computer"
        r"|system) (?:reads|processes|is reading|is processing)\b"
        r"|\b(?:output|print|emit|respond|reply)(?: only)? (?:with |in )?(?:json|the following|exactly|only)\b"
        r"|\bas an ai\b|\bprompt injection\b|\bjailbreak\b"
        r"|\b(?:delete|drop|clear|remove|wipe) (?:all|every|the) (?:exclusions?|findings?|checks?"
        r"|conflicts?|other items?|line items?|scope items?)\b"
    )


@cache
def _follows() -> re.Pattern[str]:
    """A further command in the line of a command."""
    return re.compile(
        r"(?:and |also |then |now |instead |please |just |always |you must |you should |you will "
        r"|do not |dont |next )*"
        r"(?:mark|set|add|include|list|output|approve|accept|delete|ignore|report|treat|change|return"
        r"|write|classify|say|use|make|raise|increase|state|put"
        r"|everything|all items)\b"
    )
