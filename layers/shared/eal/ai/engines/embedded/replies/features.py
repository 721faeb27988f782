"""Features of a reply for the trained head: the mean vector of its sentences, its n-grams, and marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded import ngrams
from eal.ai.engines.embedded.encoder import DIMENSIONS, unit
from eal.ai.engines.embedded.language.instructions import Spoken, spoken_instruction
from eal.ai.engines.embedded.language.wording import plain
from eal.ai.engines.embedded.replies import dates, mail, rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.heads import Floats
    from eal.ai.engines.embedded.ngrams import Block
    from eal.ai.replies import ReplyInput

MAX_SENTENCES = 40
"""Bounds the work on a mail; the first ones are read. Longer mails are newsletters and contracts."""
_MARK_WEIGHT = np.float32(0.25)
"""Weight of each mark, next to vectors of length 1. Chosen by cross-validation over the authors."""

_REPLY_PREFIX = re.compile(r"(?:\s*(?:re|fwd?|aw|sv|antw|rv|wg|tr)(?:\[\d+\])?\s*:)+\s*", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_TO_CLASSIFIER = re.compile(
    r"\b(?:classif\w+|label|mark|tag|treat|categori[sz]e|flag|rate|read|route|file) (?:this|the)(?: \w+)? ?"
    r"(?:reply|e-?mail|message|mail|text|response)? (?:as|to|under)\b"
    r"|\b(?:classification|intent|category|label|confidence)\b ?(?:is|=|:|must be|should be|to)",
    re.I,
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"\b\d{3}[-. ]\d{4}\b")
_CLOCK = re.compile(
    r"\b(?:\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m|p\.m|o'clock)|\d{1,2}:\d\d|noon|at \d{1,2}\b)", re.I
)

# Words that tell apart the classes that a sentence vector confuses: on an author that the head has not seen, they raise
# macro-F1 from .90 to .92.
_CUES = {
    "condition": (
        r"if (?:you|it)|if your|unless|until you|would have to|you'd have to|i'd (?:have to|need)|show me|prove"
        r"|convince|worr\w+|concern\w*|hesitat\w+|my (?:issue|problem|worry)|maybe|might|may (?:read|look|consider)"
    ),
    "asks_for_papers": (
        r"(?:send|e-?mail|forward|mail|drop off|get) (?:me|us|over|your|along|the|a|it|whatever|some)"
    ),
    "accepts": (
        r"sign (?:me|us) up|put (?:me|us) (?:on|down)|count (?:me|us) in|i'?m in|set (?:me|us|up)|interested"
        r"|sounds (?:good|like)|yes|sure|i'd like|we'd like|tell me more|i could use|we could use|would love"
        r"|i'm listening|let's"
    ),
    "declines": (
        r"no,? thank(?:s| you)|pass|not interested|we(?:'re| are) (?:good|set|covered|all set|fine|happy)"
        r"|i'?m (?:good|set|all set)|do(?:n't| not) need|wo(?:n't| not)|nothing personal|our own"
        r"|already (?:have|use)|best of luck|good luck|all the best|never|no use|nah|nope"
    ),
    "not_me": (
        r"i (?:just|only)|wrong \w+|not me|isn'?t me|i do(?:n't| not) (?:manage|own|handle|have anything|deal)"
        r"|no longer|retired|resigned|i left|i quit|i sold|different \w+|somebody else|someone else|confused|mixed up"
    ),
    "thanks": r"thanks|thank you|thx|got it|received|noted|ok|okay",
}
_CUE_PATTERNS = {name: re.compile(rf"\b(?:{pattern})\b", re.I) for name, pattern in _CUES.items()}
_HEADER_MARKS = ("precedence", "x-auto-response-suppress", "list-id", "list-unsubscribe", "auto-submitted")
MARKS = (
    "reply", "automatic", "empty_path", "nobody", "another_address", "phone", "question", "clock", "day",
    "abuse", "quoted", "empty", "begins_with_question", *_HEADER_MARKS, *_CUES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReplyFeatures:
    """`text` is what the writer wrote, with the subject unless it is ours; `sentences` are the text without
    instructions to the system. `original` is the text with the writer's own apostrophes, character for character.
    """

    original: str
    text: str
    sentences: tuple[str, ...]
    blocks: tuple[Block, ...]
    marks: frozenset[str]

    def dense(self, vectors: Floats) -> NDArray[np.float32]:
        """The mean of the sentences' vectors, and the marks."""
        mean = unit(vectors.mean(0)) if len(vectors) else np.zeros(DIMENSIONS, np.float32)
        marks = np.array([mark in self.marks for mark in MARKS], np.float32)
        return np.concatenate([mean, marks * _MARK_WEIGHT]).astype(np.float32)


def read(reply: ReplyInput) -> ReplyFeatures:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    written = mail.written(reply.body)
    prefix = _REPLY_PREFIX.match(reply.subject)
    subject = reply.subject[prefix.end() :] if prefix else reply.subject
    # The subject of a reply is ours, unless the writer put a command there.
    own = "" if prefix and not rules.wishes_no_more(subject) else subject.strip()[:500]
    original = f"{own}\n{written.text}".strip()
    text = original.replace("\u2019", "'")
    sentences = tuple(sentence for sentence in _sentences(text) if not _is_instruction(sentence))
    kept = "\n".join(sentences)
    marks = {
        *_marks(reply, headers, text, is_reply=prefix is not None, quoted=written.quoted),
        *(name for name, pattern in _CUE_PATTERNS.items() if pattern.search(kept)),
        *(("begins_with_question",) if _first(sentences).endswith("?") else ()),
    }
    return ReplyFeatures(original, text, sentences, ngrams.of_words(kept), frozenset(marks))


def _first(sentences: Sequence[str]) -> str:
    """The first sentence of more than one word, which a greeting is not."""
    return next((sentence for sentence in sentences if " " in sentence), "")


def _sentences(text: str) -> Iterator[str]:
    found = (part.strip() for part in _SENTENCE.split(text))
    for number, sentence in enumerate(filter(None, found)):
        if number == MAX_SENTENCES:
            return
        yield sentence[: mail.MAX_LINE_CHARACTERS]


def _is_instruction(sentence: str) -> bool:
    """Whether the sentence instructs the system that reads the mail."""
    if _TO_CLASSIFIER.search(sentence):
        return True
    return spoken_instruction(plain(sentence).text, after_one=False) is Spoken.SENTENCE


def _marks(
    reply: ReplyInput, headers: Mapping[str, str], text: str, *, is_reply: bool, quoted: bool
) -> Iterator[str]:
    sender = reply.sender.lower()
    day: date = reply.received_at.date()
    has: Sequence[tuple[str, bool]] = (
        ("reply", is_reply),
        ("automatic", rules.is_automatic(headers, reply.subject)),
        ("empty_path", headers.get("return-path", "").strip() == "<>"),
        ("nobody", bool(re.search(r"\b(?:no|do|donot|not)[-_.]?(?:t[-_.]?)?reply", sender))),
        ("another_address", any(found not in sender for found in _ADDRESS.findall(text.lower()))),
        ("phone", bool(_PHONE.search(text))),
        ("question", "?" in text),
        ("clock", bool(_CLOCK.search(text))),
        ("day", bool(dates.mentions(text, day))),
        ("abuse", rules.is_abusive(text)),
        ("quoted", quoted),
        ("empty", not text),
        *((name, name in headers) for name in _HEADER_MARKS),
    )
    yield from (name for name, holds in has if holds)
