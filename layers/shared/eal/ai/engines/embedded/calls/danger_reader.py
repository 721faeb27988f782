"""The sentence reader: how likely each sentence of a caller tells of a present danger to life, in English and Spanish.

The multilingual encoder reads each sentence with what is said around it, and linear heads read the sentence's vector:
one for a danger, one for its kind, and one for what a sentence without a danger is instead.

What is said around an aside can hide its danger. So if no sentence of a call is a danger, those that may be one are
read again, each by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded.calls import windows
from eal.ai.engines.embedded.encoder import MULTILINGUAL, MultilingualEncoder, load
from eal.ai.engines.embedded.heads import Heads, heads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.calls.windows import Sentence, Window

HEADS = "danger_reader"
PRESENT = 0.5
"""Score from which a sentence is a danger. The bias of the head is shifted so."""
NEARLY = 0.1
"""Score from which a sentence may be a danger."""
PRESENT_ALONE = 0.95
"""Score from which a sentence that is read by itself is a danger. Without what is said around it, a sentence about an
old fire or a harmless smell scores higher than in its call."""
MAX_READ_AGAIN = 20
"""Maximum number of sentences that are read again: half a second of one vCPU."""


@dataclass(frozen=True, slots=True)
class DangerScore:
    """The probability (0 to 1) that a sentence tells of a present danger, its kind, and the status of a sentence that
    does not."""

    sentence: int
    danger: float
    hazard: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class DangerReader:
    encoder: MultilingualEncoder
    heads: Heads

    def scores(self, spoken: Sequence[Sentence]) -> list[DangerScore]:
        """One for each sentence of the caller; for a long one, of the part that scores highest."""
        found = self._scores(windows.windows(spoken, self.encoder.tokenizer))
        if any(score.danger >= PRESENT for score in found.values()):
            return list(found.values())
        maybe = sorted(found.values(), key=lambda score: -score.danger)[:MAX_READ_AGAIN]
        chosen = {score.sentence for score in maybe if score.danger >= NEARLY}
        again = self._scores(windows.alone(spoken, chosen, self.encoder.tokenizer)) if chosen else {}
        alone = {number: score for number, score in again.items() if score.danger >= PRESENT_ALONE}
        return list((found | alone).values())

    def _scores(self, read: Sequence[Window]) -> dict[int, DangerScore]:
        """The scores of the sentences of these windows, by their positions in the call."""
        vectors = self.encoder.encode_parts(
            [window.tokens for window in read], [window.spans for window in read]
        )
        found: dict[int, DangerScore] = {}
        for window, own in zip(read, vectors, strict=True):
            dangers = self.heads["danger"].scores(own)[:, 0]
            kinds, statuses = self.heads["kind"].scores(own), self.heads["status"].scores(own)
            for row, sentence in enumerate(window.sentences):
                score = round(float(1 / (1 + np.exp(-dangers[row]))), 3)
                if sentence in found and found[sentence].danger >= score:
                    continue
                found[sentence] = DangerScore(
                    sentence,
                    score,
                    self.heads["kind"].classes[int(kinds[row].argmax())],
                    self.heads["status"].classes[int(statuses[row].argmax())],
                )
        return found


@cache
def reader() -> DangerReader:
    """The reader in the models layer."""
    trained = heads(HEADS)
    return DangerReader(MultilingualEncoder(load(MULTILINGUAL)).adapted(trained.arrays), trained)
