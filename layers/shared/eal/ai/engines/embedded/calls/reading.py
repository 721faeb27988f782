"""A transcript as the heads read it: its turns, its exchanges, and the texts of both, without instructions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.ai.engines.embedded import relevance
from eal.ai.engines.embedded.language import clauses
from eal.ai.transcript import Turn, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.engines.embedded.relevance import Exchange


@dataclass(frozen=True, slots=True)
class Reading:
    """`instructed`: an instruction to the system was left out."""

    turns: tuple[Turn, ...]
    clauses: tuple[Clause, ...]
    exchanges: tuple[Exchange, ...]
    instructed: bool

    @property
    def caller_spoke(self) -> bool:
        return any(clause.counts for clause in self.clauses)

    def text(self, exchange: Exchange) -> str:
        return relevance.words(exchange.clauses, self.turns)

    def whole(self, exchanges: Iterable[Exchange]) -> str:
        """The words of both sides in the exchanges."""
        return " ".join(self.text(exchange) for exchange in exchanges)

    def caller(self, exchanges: Iterable[Exchange]) -> str:
        """The words of the caller in the exchanges."""
        return " ".join(relevance.words(exchange.caller, self.turns) for exchange in exchanges).strip()


def read(transcript: str, *, voicemail: bool) -> Reading:
    turns = parse(transcript)
    speech = clauses.split(_label_voicemail(turns, voicemail=voicemail))
    return Reading(turns, speech.clauses, tuple(relevance.exchanges(speech.clauses)), speech.instructed)


def _label_voicemail(turns: tuple[Turn, ...], *, voicemail: bool) -> tuple[Turn, ...]:
    """The turns; in a voicemail without labels, all of them are the caller's."""
    if voicemail and all(turn.speaker == "unknown" for turn in turns):
        return tuple(Turn(turn.index, "caller", turn.text) for turn in turns)
    return turns
