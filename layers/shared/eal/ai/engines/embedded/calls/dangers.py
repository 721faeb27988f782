"""Dangers to life in a call: named in plain words, or found by the sentence reader.

What a phrase names is a danger whatever the reader scores: a model adds dangers, and removes none that is named. Each
sign is kept with what found it and why it counts or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.classification import DangerSign, Evidence
from eal.ai.engines.embedded.calls import evidence, named_dangers
from eal.ai.engines.embedded.calls.danger_reader import NEARLY, PRESENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal.ai.engines.embedded.calls.danger_reader import DangerReader, DangerScore
    from eal.ai.engines.embedded.calls.named_dangers import Named
    from eal.ai.engines.embedded.calls.reading import Reading
    from eal.ai.engines.embedded.calls.windows import Sentence

_MAX_SIGNS = 12
"""Maximum number of signs that a call keeps. The dangers come first, then what is nearly one."""


@dataclass(frozen=True, slots=True)
class Found:
    """The signs of dangers in a call, and a quote for each present one."""

    signs: tuple[DangerSign, ...] = ()
    quotes: tuple[Evidence, ...] = ()

    def joined(self, other: Found) -> Found:
        """Both, the other's first."""
        return Found((*other.signs, *self.signs), (*other.quotes, *self.quotes))

    @property
    def hazards(self) -> tuple[str, ...]:
        """The kinds of the present dangers, the first one first."""
        return tuple(dict.fromkeys(sign.hazard for sign in self.signs if sign.present))


def find(read: Reading, spoken: Sequence[Sentence], reader: DangerReader) -> Found:
    """The dangers in the sentences of a call."""
    scores = {score.sentence: score for score in reader.scores(spoken)}
    named: dict[int, list[Named]] = {}
    for danger in named_dangers.find(spoken):
        named.setdefault(danger.sentence, []).append(danger)
    signs = [
        (number, sign)
        for number in sorted(
            {*named, *(score.sentence for score in scores.values() if score.danger >= NEARLY)}
        )
        for sign in _signs(spoken[number].turn, scores.get(number), named.get(number, ()))
    ]
    signs.sort(
        key=lambda numbered: (
            not numbered[1].present,
            -(numbered[1].score or 0.0) if not numbered[1].present else numbered[0],
        )
    )
    kept = signs[:_MAX_SIGNS]
    quoted = dict.fromkeys(number for number, sign in kept if sign.present)
    return Found(
        signs=tuple(sign for _, sign in kept),
        quotes=tuple(evidence.of_sentence("safety", spoken[number].clauses, read) for number in quoted),
    )


def _signs(turn: int, score: DangerScore | None, named: Iterable[Named]) -> list[DangerSign]:
    """The signs of one sentence: one for each kind that a phrase names, and the reader's unless a phrase names a
    present danger, whose kind is surer.
    """
    danger = score.danger if score else None
    reads = score is not None and score.danger >= PRESENT
    found = []
    for phrase in named:
        present = phrase.present or (reads and score is not None and score.hazard == phrase.hazard)
        found.append(
            DangerSign(
                hazard=phrase.hazard,
                turn=turn,
                found_by=("rule", "sentence_reader") if present and reads else ("rule",),
                present=present,
                because="named" if present else phrase.because,
                score=danger,
            )
        )
    is_new = score and not any(sign.present or sign.hazard == score.hazard for sign in found)
    if score and score.danger >= NEARLY and is_new:
        because = "named" if reads else score.otherwise
        found.append(DangerSign(score.hazard, turn, ("sentence_reader",), reads, because, danger))
    return found
