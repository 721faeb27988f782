"""The exchanges of a call, and which of them tell why the caller calls.

An exchange is what the agent says and the caller's reply, or a part of a longer speech. Every call has exchanges that
would fit any call: spelling a name, an address, a claim number. They outnumber the others in long calls, and the heads
would classify the small talk. A linear head over each exchange's vector leaves them out. The danger head reads all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.transcript import Turn

MAX_EXCHANGES = 300
"""Bounds the work on a call. An hour of talk has fewer; the hazard rules read the clauses after the last one too."""
_MAX_REPLY_WORDS = 30
_MAX_AGENT_WORDS = 60
_MAX_SKIPPED_WORDS = 2
"""Maximum number of words between two clauses of one span: fillers, which the plain spelling drops. More was an
instruction to the system."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Clauses of the agent and the caller's reply to them; one of the two may be missing."""

    agent: tuple[Clause, ...]
    caller: tuple[Clause, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return self.agent + self.caller


@dataclass(frozen=True, slots=True)
class ClauseSpan:
    """A slice of a turn's text."""

    turn: int
    start: int
    end: int


def exchanges(clauses: Sequence[Clause]) -> list[Exchange]:
    """The clauses of a call in exchanges, in their order; at most `MAX_EXCHANGES`."""
    found: list[Exchange] = []
    agent: list[Clause] = []
    caller: list[Clause] = []

    def close() -> None:
        if agent or caller:
            found.append(Exchange(tuple(agent), tuple(caller)))
            agent.clear()
            caller.clear()

    for clause in clauses:
        if clause.by_agent:
            if caller or _words(agent) >= _MAX_AGENT_WORDS:
                close()
            agent.append(clause)
        else:
            # A reply is cut between sentences only.
            if _words(caller) >= _MAX_REPLY_WORDS and clause.sentence_id != caller[-1].sentence_id:
                close()
            caller.append(clause)
        if len(found) == MAX_EXCHANGES:
            return found
    close()
    return found[:MAX_EXCHANGES]


def _words(clauses: Iterable[Clause]) -> int:
    return sum(clause.text.count(" ") + 1 for clause in clauses)


def spans(clauses: Iterable[Clause], turns: Sequence[Turn]) -> list[ClauseSpan]:
    """The slices of the transcript that the clauses are from; neighbours are joined."""
    found: list[ClauseSpan] = []
    for clause in clauses:
        start, end = clause.source
        last = found[-1] if found else None
        if last and last.turn == clause.turn and _adjoins(turns[clause.turn].text[last.end : start]):
            found[-1] = ClauseSpan(last.turn, last.start, max(end, last.end))
        else:
            found.append(ClauseSpan(clause.turn, start, end))
    return found


def _adjoins(between: str) -> bool:
    return len(between.split()) <= _MAX_SKIPPED_WORDS


def words(clauses: Iterable[Clause], turns: Sequence[Turn]) -> str:
    """The words of the clauses, as the transcript spells them."""
    return " ".join(turns[span.turn].text[span.start : span.end] for span in spans(clauses, turns))


def relevant(scores: NDArray[np.float32 | np.float64]) -> list[int]:
    """The positions of the exchanges to read: those that score above 0, or else the best."""
    return [position for position, score in enumerate(scores) if score > 0] or [int(scores.argmax())]
