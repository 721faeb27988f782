"""The plain spelling of speech, with the position of each character in the source.

Lower case, no apostrophes ("isnt"), no fillers, no stutters; numbers and commas remain. The positions let evidence
quote the source itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.patterns import compiled

if TYPE_CHECKING:
    import re

# A longer "word" is noise (base64, a stuck key) and is ignored.
_MAX_WORD_CHARACTERS = 40

_FILLERS = frozenset({
    "um", "umm", "uh", "uhh", "uhm", "erm", "er", "ah", "ahh", "hmm", "mm", "mhm", "really", "very",
    "actually", "basically", "literally", "honestly", "totally", "kinda", "sorta", "pretty", "quite",
    "freaking", "frickin", "friggin", "extremely", "super-duper", "obviously", "apparently",
})  # fmt: skip
_FILLER_PAIRS = frozenset({("you", "know"), ("i", "mean"), ("kind", "of"), ("sort", "of"), ("i", "guess")})
_SUFFIXES = {"re": "are", "ll": "will", "ve": "have", "m": "am", "d": "would"}
_FUSED = frozenset({
    "it", "that", "there", "what", "who", "he", "she", "here", "where", "how", "let", "everyone",
    "everybody", "someone", "somebody", "nobody", "everything",
})  # fmt: skip
_SPELLINGS = {
    "mould": "mold", "waters": "water", "water-damage": "water damage", "mouldy": "moldy",
    "colour": "color", "neighbour": "neighbor", "neighbours": "neighbors", "odour": "odor",
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "yall": "you all", "cannot": "cant",
    "basment": "basement", "cieling": "ceiling", "celing": "ceiling", "leek": "leak", "leeking": "leaking",
    "sewege": "sewage", "dont't": "dont", "imma": "i am going to", "lemme": "let me", "til": "until",
    "cuz": "because", "cus": "because", "coz": "because", "everythings": "everything is",
    "everybodys": "everybody is", "everyones": "everyone is", "nobodys": "nobody is", "theyre": "they are",
    "youre": "you are", "ive": "i have", "im": "i am", "id": "i would", "weve": "we have",
    "theyve": "they have", "youve": "you have", "somethings": "something is", "nothings": "nothing is",
    "shes": "she is", "hes": "he is", "insurence": "insurance", "hvac": "hvac", "wheres": "where is",
    "whos": "who is",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """The plain spelling and, for each of its characters, the position in the source."""

    text: str
    origin: tuple[int, ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source of the plain text from `start` to `end`."""
        if start >= end:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1


@cache
def _tokens() -> re.Pattern[str]:
    return compiled(r"[^\W_]+(?:['\u2019\u02bc][^\W_]+)*|[.?!;\n]+|[,:]|\u2026|\s-{1,2}\s|\u2014|\u2013|--")


def plain(source: str) -> Wording:
    """The plain spelling of `source`. Sentence ends become `.`, `?` or `!`, pauses a comma."""
    out: list[str] = []
    origin: list[int] = []
    words: list[str] = []
    for match in _tokens().finditer(source):
        token = match[0]
        if not token[0].isalnum():
            _add_mark(token, match.start(), out, origin)
            words.append(token)
            continue
        if len(token) > _MAX_WORD_CHARACTERS:
            continue
        word = _respelled(token)
        if word in _FILLERS or (words and word == words[-1] and not word.isdigit()):
            continue
        if len(words) and (words[-1], word) in _FILLER_PAIRS and _droppable(words, word):
            _drop_last(out, origin, words[-1])
            words.pop()
            continue
        words.append(word)
        _add_word(word, match.start(), match.end(), out, origin)
    return Wording("".join(out), tuple(origin))


def _droppable(words: list[str], word: str) -> bool:
    # "what kind of", "do you know" and "if you know" have a meaning.
    return len(words) < 2 or words[-2] not in {
        "do",
        "what",
        "that",
        "some",
        "any",
        "if",
        "this",
        "the",
        "did",
        "let",
    }


def _drop_last(out: list[str], origin: list[int], word: str) -> None:
    del out[len(out) - len(word) :]
    del origin[len(origin) - len(word) :]
    if out and out[-1] == " ":
        out.pop()
        origin.pop()


def _respelled(token: str) -> str:
    lower = token.lower().replace("\u2019", "'").replace("\u02bc", "'")
    stem, mark, suffix = lower.rpartition("'")
    if mark and suffix in _SUFFIXES and stem:
        return f"{stem.replace("'", '')} {_SUFFIXES[suffix]}"
    if suffix == "s" and stem and stem not in _FUSED:
        return f"{stem.replace("'", '')} s"  # "water's coming", "neighbor's house": the noun stays whole
    bare = lower.replace("'", "")
    return _SPELLINGS.get(bare, bare)


def _add_word(word: str, start: int, end: int, out: list[str], origin: list[int]) -> None:
    if out and out[-1] != " ":
        out.append(" ")
        origin.append(start)
    for offset, letter in enumerate(word):
        out.append(letter)
        origin.append(min(start + offset, end - 1))
    origin[-1] = end - 1


def _add_mark(mark_text: str, start: int, out: list[str], origin: list[int]) -> None:
    if not out:
        return
    mark = _mark(mark_text)
    if out[-1] in ",.?!":
        if mark != ",":
            out[-1] = mark
        return
    out.append(mark)
    origin.append(start)


def _mark(text: str) -> str:
    if text.startswith("..") or not set(text) & set(".?!;\n"):
        return ","
    return "?" if "?" in text else "!" if "!" in text else "."
