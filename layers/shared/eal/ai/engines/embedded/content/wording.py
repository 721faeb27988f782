"""Choices by a seed, and the form of words: titles, slugs, tone."""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MAX_SLUG_CHARACTERS = 80
_SMALL_WORDS = re.compile(r"an?|and|as|at|but|by|for|in|nor|of|on|or|the|to|vs")


@dataclass(frozen=True, slots=True)
class Choice:
    """Chooses by the hash of the seed and the place in the text, among what can be filled with the facts."""

    seed: str
    facts: Mapping[str, str]

    def one(self, place: str, candidates: Sequence[str]) -> str:
        return self.some(place, candidates, 1)[0]

    def some(self, place: str, candidates: Sequence[str], number: int) -> list[str]:
        """`number` of the texts, filled in, in an order of chance."""
        fitting = [text for text in candidates if fields_of(text) <= self.facts.keys()]
        return [self.filled(text) for text in self.shuffled(place, fitting)[:number]]

    def relevant[T](
        self, place: str, candidates: Sequence[T], words: frozenset[str], text_of: Callable[[T], str]
    ) -> list[T]:
        """The candidates: those with the most of the words first, and in an order of chance among equals."""
        return sorted(
            self.shuffled(place, candidates), key=lambda candidate: -len(words & stems(text_of(candidate)))
        )

    def shuffled[T](self, place: str, candidates: Iterable[T]) -> list[T]:
        numbered = list(enumerate(candidates))
        return [
            candidate for _, candidate in sorted(numbered, key=lambda pair: self._hash(f"{place}/{pair[0]}"))
        ]

    def filled(self, text: str) -> str:
        return text.format_map(self.facts)

    def _hash(self, place: str) -> bytes:
        return hashlib.sha256(f"{self.seed}/{place}".encode()).digest()


@cache
def fields_of(text: str) -> frozenset[str]:
    """The names in the braces of a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


_STEM_CHARACTERS = 5
_MIN_STEM_CHARACTERS = 4


def stems(text: str) -> frozenset[str]:
    """The first letters of the longer words without a plural's s, which related words share."""
    words = re.findall(r"[a-z]+", text.lower())
    longer = (word for word in words if len(word) >= _MIN_STEM_CHARACTERS)
    return frozenset(re.sub(r"(?<!s)s$", "", word)[:_STEM_CHARACTERS] for word in longer)


def capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def titled(text: str) -> str:
    """Words in title case. A word that has capitals keeps them."""
    words = text.split()
    last = len(words) - 1
    return " ".join(
        word
        if word != word.lower() or (0 < number < last and _SMALL_WORDS.fullmatch(word))
        else capitalized(word)
        for number, word in enumerate(words)
    )


def slug_of(title: str) -> str:
    """The title for an address: lower-case ASCII letters and digits, with hyphens."""
    plain = unicodedata.normalize("NFKD", title.replace("'", "").replace("\u2019", "")).encode(
        "ascii", "ignore"
    )
    words = re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-") or "post"
    if len(words) <= MAX_SLUG_CHARACTERS:
        return words
    return words[: MAX_SLUG_CHARACTERS + 1].rpartition("-")[0] or words[:MAX_SLUG_CHARACTERS]


def shortened(text: str, most: int) -> str:
    """The text, or as many of its whole words as fit."""
    if len(text) <= most:
        return text
    cut = text[: most + 1].rpartition(" ")[0] or text[:most]
    return re.sub(r"(?:[\s,:;\u2013-]|\b(?:and|or|the|a|of|to|in|for|with)$)+$", "", cut)


def sentences_of(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z\"\u201c])", text.strip()) if part]


def joined(words: Sequence[str]) -> str:
    """ "a, b and c" """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


_EXPANSIONS = (
    (r"\b([Cc])an't\b", r"\1annot"),
    (r"\b([Ww])on't\b", r"\1ill not"),
    (r"\b([Ll])et's\b", r"\1et us"),
    (r"\b([Ii])t's\b", r"\1t is"),
    (r"\b([Tt])hat's\b", r"\1hat is"),
    (r"\b([Tt])here's\b", r"\1here is"),
    (r"\b([Ww])hat's\b", r"\1hat is"),
    (r"\b([Hh])ere's\b", r"\1ere is"),
    (r"n't\b", " not"),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"'ll\b", " will"),
    (r"'d\b", " would"),
    (r"\bI'm\b", "I am"),
)
_CLAUSE_START = (
    r"(?:^|(?<=[.,;:!?] )|(?<=\n)|(?<=\b[Aa]nd )|(?<=\b[Bb]ut )|(?<=\b[Ii]f )|(?<=\b[Ss]o )|(?<=\b[Bb]ecause )"
    r"|(?<=\b[Ww]hen ))"
)
_CONTRACTIONS = (
    (r"\b([Dd])o not\b", r"\1on't"),
    (r"\b([Dd])oes not\b", r"\1oesn't"),
    (r"\b([Ii])s not\b", r"\1sn't"),
    (r"\b([Aa])re not\b", r"\1ren't"),
    (r"\b([Cc])annot\b", r"\1an't"),
    (r"\b([Ww])ill not\b", r"\1on't"),
    (rf"{_CLAUSE_START}([Ii])t is\b(?! not\b)(?=\s)", r"\1t's"),
    (rf"{_CLAUSE_START}([Tt])hat is\b(?=\s)", r"\1hat's"),
    (r"\b([Ww])e are\b(?=\s)", r"\1e're"),
    (r"\b([Yy])ou are\b(?=\s)", r"\1ou're"),
    (r"\b([Ww])e have\b(?= (?:been|seen|had|got))", r"\1e've"),
    (r"\b([Ww])e will\b(?=\s)", r"\1e'll"),
    (r"\b([Yy])ou will\b(?=\s)", r"\1ou'll"),
)


def formal(text: str) -> str:
    """The text without contractions and exclamation marks."""
    text = text.replace("\u2019", "'")
    for short, whole in _EXPANSIONS:
        text = re.sub(short, whole, text)
    return re.sub(r"!+(?=\s|$)", ".", text)


def friendly(text: str) -> str:
    """The text with contractions."""
    for whole, short in _CONTRACTIONS:
        text = re.sub(whole, short, text)
    return text
