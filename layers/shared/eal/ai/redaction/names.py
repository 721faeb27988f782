"""Names that people say: where they introduce themselves, are addressed, or answer a question for a name."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.redaction.given_names import STORED, certain, given_names
from eal.ai.transcript import role_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.ai.redaction.tokens import Token

_MAX_NAME_WORDS = 3
# Words that follow "this is", "hi" or a name, and are no names.
_NOT_NAMES = frozenset(STORED["no_names"].split())

# Names that are also words.
_ALSO_WORDS = frozenset(STORED["names_that_are_words"].split())

_NAME = r"[^\W\d_](?:[^\W\d_]|['\u2019-]){1,24}"
_NAMES = rf"({_NAME}(?: {_NAME}){{0,2}})"


@cache
def _introductions() -> re.Pattern[str]:
    """An introduction, and up to three words after it, of which the first ones can be a name."""
    return re.compile(
        r"\b(?:(?:my|the|her|his|wife's|husband's|first|last|full|homeowner's|owner's) name(?:'s|\u2019s| is|s)?"
        r"(?: again)?(?: is)?:?|(?:the )?name(?:'s|\u2019s| is):?|last name:?|first name:?|this is|it's|it\u2019s"
        r"|you're speaking (?:with|to)|you've reached|ask for|speak (?:with|to)|talk to|spoke (?:with|to)"
        r"|me llamo|mi nombre es|soy|habla|i am|i'm|i\u2019m)[, ]{1,3}(?:uh,? |um,? )?"
        rf"(?:(?:mrs?|ms|miss|dr|mister|missus|se\u00f1or|se\u00f1ora)\.? )?{_NAMES}",
        re.IGNORECASE,
    )


@cache
def _titles() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:mrs?|ms|miss|dr|doctor|mister|missus|se\u00f1or|se\u00f1ora)\.? {_NAMES}", re.IGNORECASE
    )


@cache
def _vocatives() -> re.Pattern[str]:
    """A capitalised name after a greeting or thanks."""
    return re.compile(
        r"\b(?:[Hh]i|[Hh]ello|[Hh]ey|[Tt]hanks|[Tt]hank you|[Oo]kay|[Oo]k|[Aa]lright|[Bb]ye|[Ss]orry|[Hh]ola"
        r"|[Gg]racias),? ([A-Z][a-z\u00e0-\u00ff'\u2019-]{1,24})\b"
    )


@cache
def _speaking() -> re.Pattern[str]:
    """A capitalised name before "speaking", and one that introduces itself "with" or "from" somebody."""
    return re.compile(r"\b((?:[A-Z][a-z\u00e0-\u00ff'\u2019-]{1,24} ?){1,2}) (?:speaking|here|calling)\b")


# Words of labels that are neither a role nor a name.
_OTHER_LABEL_WORDS = frozenset(
    {
        "after", "asr", "audio", "background", "channel", "company", "desk", "front", "hours", "inbound", "left",
        "line", "other", "outbound", "participant", "party", "person", "right", "side", "speaker", "unknown", "voice",
    }
)  # fmt: skip


def in_label(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of names in a speaker's label: "Rochelle Dean:", "Agent (Rochelle):".

    A label with more words is a sentence or the name of a company.
    """
    words = [
        match
        for match in re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019-])+").finditer(text, start, end)
        if match[0].lower() not in role_words() | _OTHER_LABEL_WORDS | _NOT_NAMES
        or match[0].lower() in _ALSO_WORDS
    ]
    if len(words) <= _MAX_NAME_WORDS:
        yield from (word.span() for word in words)


# What caller ID and mailboxes are called instead of a person.
_NO_PERSON = frozenset(
    {
        "anonymous", "cell", "info", "mail", "noreply", "phone", "private", "restricted", "sales", "unavailable",
        "wireless",
    }
)  # fmt: skip


def words_of(name: str) -> Iterator[str]:
    """The words of a name from elsewhere, such as caller ID, without those that name no person: "Wireless Caller"."""
    no_names = (_NOT_NAMES | _OTHER_LABEL_WORDS | _NO_PERSON | role_words()) - _ALSO_WORDS
    for match in re.compile(r"[^\W\d_]{2,}").finditer(name):
        if match[0].lower() not in no_names:
            yield match[0]


def _is_other_word(word: str) -> bool:
    """Whether the word, or what a contraction such as "you'll" begins with, is no name."""
    key = word.lower().replace("\u2019", "'")
    return key in _NOT_NAMES or key.partition("'")[0] in _NOT_NAMES


def introduced(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of names that are said with an introduction, a title or a greeting."""
    lower_case = text[start:end] == text[start:end].lower()
    for match in _introductions().finditer(text, start, end):
        weak = bool(re.match(r"(?:i am|i'm|i\u2019m|it's|it\u2019s|talk to)", match[0], re.IGNORECASE))
        if not (weak and lower_case and not _goes_on(text, match.end(1), end)):
            yield from _leading_names(
                text,
                match.start(1),
                match.end(1),
                capitalised=not lower_case,
                words_too=lower_case and not weak,
            )
    for match in _titles().finditer(text, start, end):
        yield from _leading_names(text, match.start(1), match.end(1), capitalised=not lower_case)
    for pattern in (_vocatives(), _speaking()):
        for match in pattern.finditer(text, start, end):
            yield from _leading_names(text, match.start(1), match.end(1), capitalised=True)


def answered(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span of the name with which an answer to "your name?" begins."""
    lower_case = text[start:end] == text[start:end].lower()
    for match in re.compile(rf"{_NAME}").finditer(text, start, end):
        if _is_other_word(match[0]) and not (lower_case and match[0].lower() in _ALSO_WORDS):
            continue
        stop = re.compile(r"[^\w '\u2019-]|$").search(text, match.start(), end)
        yield from _leading_names(
            text,
            match.start(),
            stop.start() if stop else end,
            capitalised=not lower_case,
            words_too=lower_case,
        )
        return


@cache
def _signature() -> re.Pattern[str]:
    return re.compile(
        r"((?:[A-Z][\w'\u2019-]{1,24} ){1,2}[A-Z][\w'\u2019-]{1,24})[,.;]? (?:at |it's |and )?$"
    )


def before_contact(text: str, start: int, contact: int) -> Iterator[tuple[int, int]]:
    """The span of a full name directly before a phone number or an address: "Rochelle Dean, 919 555 0147"."""
    match = _signature().search(text[max(start, contact - 90) : contact])
    if match:
        offset = max(start, contact - 90)
        words = match[1].split(" ")
        if not any(_is_other_word(word) for word in words):
            yield offset + match.start(1), offset + match.end(1)


@cache
def _greeting() -> re.Pattern[str]:
    return re.compile(r", ([A-Z][a-z\u00e0-\u00ff'\u2019-]{1,24})(?: speaking| here)?[.?!]? *$")


def greeted(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span of the name with which an agent ends a greeting: "Delta Sanitizing, Sue."."""
    match = _greeting().search(text, start, end)
    if match and match[1].lower() not in (_NOT_NAMES - _ALSO_WORDS) | role_words():
        yield match.span(1)


@cache
def _full_name_alone() -> re.Pattern[str]:
    word = r"[A-Z][a-z\u00e0-\u00ff'\u2019-]+(?:[A-Z][a-z]+)?"
    return re.compile(rf"(?:^|(?<=[.?!:] ))({word}(?: [A-Z]\.)?(?: {word}){{1,2}})(?=[,.]|$)")


def alone(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of two or three capitalised words that are a sentence, or begin one: "Arne Lindqvist, Beloit."."""
    said = text[start:end]
    for match in _full_name_alone().finditer(said):
        words = match[1].lower().split(" ")
        if not any(
            (_is_other_word(word) and word not in _ALSO_WORDS) or word in _COMPANY_WORDS for word in words
        ):
            yield start + match.start(1), start + match.end(1)


# Words of names that are not a person's.
_COMPANY_WORDS = frozenset(
    {
        "restoration", "insurance", "mutual", "church", "school", "county", "city", "road", "street", "avenue", "lane",
        "drive", "court", "services", "company", "river", "lake", "creek", "springs", "beach", "park", "water", "fire",
        "flood", "mold", "storm", "board",
    }
)  # fmt: skip
# Before a given name, these make it a place: "St. Louis", "San Antonio".
_BEFORE_PLACES = frozenset(
    {"st", "saint", "san", "santa", "fort", "ft", "port", "lake", "mount", "mt", "cape", "bay"}
)


def given(text: str, words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The spans of common given names wherever they are said, with the capitalised words after them."""
    for index, word in enumerate(words):
        name = word.key if word.key in given_names() else word.key.removesuffix("'s")
        capitalised = text[word.start].isupper()
        if name not in (given_names() if capitalised else certain()):
            continue
        if index and words[index - 1].key in _BEFORE_PLACES:
            continue
        last = index
        while capitalised and last + 1 < len(words) and last - index < _MAX_NAME_WORDS - 1:
            after = words[last + 1]
            if (
                text[words[last].end : after.start] not in (" ", ". ")
                or not text[after.start].isupper()
                or after.key in _NOT_NAMES - _ALSO_WORDS
                or len(after.key) == 1 == words[last].end - words[last].start
            ):
                break
            last += 1
        if last + 1 < len(words) and words[last].key in _COMPANY_WORDS:
            last -= 1
        yield word.start, words[last].end if last > index else word.start + len(name)


def mentions(text: str, names: set[str]) -> Iterator[tuple[int, int]]:
    """Every later or earlier mention of a name. A name that is also a word counts only if capitalised."""
    lower = {name.lower() for name in names if len(name) > 1}
    if not lower:
        return
    for match in re.compile(r"[^\W\d_]+").finditer(text):
        word = match[0].lower()
        name = word if word in lower else word.removesuffix("s")
        if name in lower and (match[0][0].isupper() or name not in _ALSO_WORDS):
            yield match.start(), match.start() + len(name)


def _leading_names(
    text: str, start: int, end: int, *, capitalised: bool, words_too: bool = False
) -> Iterator[tuple[int, int]]:
    """The first words of `text[start:end]` that can be a name, as one span.

    `words_too`: a first word such as "will" is taken for a name although it is not capitalised.
    """
    last = None
    for count, match in enumerate(re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*").finditer(text, start, end)):
        word = match[0]
        is_name = not _is_other_word(word) or (
            word.lower() in _ALSO_WORDS and (word[0].isupper() or (words_too and count == 0))
        )
        if count == _MAX_NAME_WORDS or not is_name or (capitalised and not word[0].isupper()):
            break
        last = match.end()
    if last is not None:
        yield start, last


def _goes_on(text: str, at: int, end: int) -> bool:
    """Whether a name may have been said: "i'm dana with harbor" goes on as an introduction does."""
    return bool(
        re.match(r",? (?:with|from|over at|over on|calling|speaking|de|here)\b", text[at:end], re.IGNORECASE)
    )
