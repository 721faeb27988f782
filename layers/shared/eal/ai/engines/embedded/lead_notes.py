"""The band of a lead by its notes: a trained head over the mean vector of their sentences, their n-grams, and the facts
about the lead.

The phrases of `leads.py` score a request, which must not import NumPy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded import ngrams
from eal.ai.engines.embedded.encoder import DIMENSIONS, encoder, unit
from eal.ai.engines.embedded.heads import heads, probabilities
from eal.ai.engines.embedded.language.instructions import Spoken, spoken_instruction
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.wording import plain
from eal.ai.engines.embedded.leads import MAX_MESSAGE_CHARACTERS
from eal.ai.leads import BANDS, NotesReading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.encoder import SentenceEncoder
    from eal.ai.engines.embedded.ngrams import Block
    from eal.ai.leads import LeadFacts

VERSION = "lead-notes-2"
TASK = "score_lead"
HEAD = "band"

MAX_SENTENCES = 60
"""Bounds the work on the notes; the last ones are read, because notes are appended."""
_FACT_WEIGHT = np.float32(0.3)
"""Weight of each fact, next to vectors of length 1. Chosen by cross-validation over the authors."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_LISTS = ("import", "list", "purchased", "scrape")


@dataclass(frozen=True, slots=True)
class NoteFeatures:
    sentences: tuple[str, ...]
    blocks: tuple[Block, ...]
    facts: NDArray[np.float32]

    def dense(self, encode: SentenceEncoder) -> NDArray[np.float32]:
        """The mean vector of the sentences, and the facts."""
        vectors = encode.encode(self.sentences)
        mean = unit(vectors.mean(0)) if len(vectors) else np.zeros(DIMENSIONS, np.float32)
        return np.concatenate([mean, self.facts * _FACT_WEIGHT]).astype(np.float32)


def features(notes: str, facts: LeadFacts) -> NoteFeatures:
    sentences = tuple(_sentences(notes[-MAX_MESSAGE_CHARACTERS:]))
    return NoteFeatures(sentences, ngrams.of_words("\n".join(sentences)), _facts(facts))


def read_notes(notes: str, facts: LeadFacts) -> NotesReading | None:
    """The reading of the notes, or None if nothing in them can be read. Any text is valid."""
    found = features(notes, facts)
    if not found.sentences:
        return None
    trained = heads(TASK)
    sparse = ngrams.weighted(found.blocks, trained.arrays["idf"].astype(np.float32))
    return reading(probabilities(trained[HEAD].scores(found.dense(encoder()), sparse)))


def reading(shares: NDArray[np.float32 | np.float64]) -> NotesReading:
    """The reading from the probability of each band, in the order of `BANDS`."""
    best = int(shares.argmax())
    expected = float(shares @ np.arange(len(BANDS)))
    return NotesReading(
        band=BANDS[best],
        share=round(min(1.0, max(0.0, expected - best + 0.5)), 3),
        confidence=round(float(shares[best]), 3),
    )


def _sentences(notes: str) -> Iterator[str]:
    """The last sentences, without those that ask the system for a score."""
    found = [part.strip() for part in _SENTENCE.split(notes)]
    yield from [part for part in found if any(map(str.isalnum, part)) and not demands_score(part)][
        -MAX_SENTENCES:
    ]


def demands_score(sentence: str) -> bool:
    """Whether the sentence, in any spelling, asks the system for a score or instructs it in another way."""
    spelled = plain(sentence).text
    return bool(_demand().search(spelled)) or spoken_instruction(spelled, after_one=False) is Spoken.SENTENCE


@cache
def _demand() -> re.Pattern[str]:
    return compiled(
        r"\b(?:score|scores|scored|rate|rank|grade|rating)(?: (?:this|it|me|us|my|the|our|lead|of|a|is|as"
        r"|to|at|be|should be|must be)){0,5} (?:\d+|hot|warm|cold|junk|high\w*|low\w*|top|maximum|max)\b"
        r"|\b(?:ignore|disregard) (?:this|the) (?:message|lead|form|text)\b(?! (?:if|its|i)\b)"
        r"|\b(?:mark|treat|classify|flag|rank|set) (?:this|it|me|us|my \w+|the \w+)(?: \w+){0,2} (?:as|to) "
        r"(?:an? )?(?:\w+ )?(?:hot|warm|cold|junk|qualified|emergency|urgent|vip|priority)\b"
        r"|\byou are an? (?:\w+ )?(?:scoring|lead|rating|ranking) (?:system|engine|model|bot)\b"
        r"|^(?:please )?output \w+"
    )


def _facts(facts: LeadFacts) -> NDArray[np.float32]:
    has: Sequence[bool] = (
        facts.in_service_area is True,
        facts.in_service_area is False,
        facts.in_service_area is None,
        facts.has_email,
        facts.has_phone,
        not (facts.has_email or facts.has_phone),
        facts.has_loss_type,
        not facts.has_loss_type,
        facts.has_company,
        any(part in facts.source for part in _LISTS),
        facts.source in ("partner", "referral"),
        facts.source in ("call", "phone"),
    )
    return np.array(has, np.float32)
