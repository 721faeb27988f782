"""The transcript of a call as its tracker provided it, and without personal data."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eal.ai.transcript import located, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.classification import Evidence
    from eal.ai.redaction.transcript import Kind
    from eal.ai.transcript import Turn
    from eal.domain.calls.model import Call, CallRecord, Run


@dataclass(frozen=True, slots=True)
class Redaction:
    """Personal data that was redacted in `turn`, at `[start:end]` of its text."""

    turn: int
    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text, its turns, and what was redacted in them."""

    text: str
    turns: tuple[Turn, ...]
    redactions: tuple[Redaction, ...] = ()


def of_record(record: CallRecord, *, redacted: bool) -> Transcript | None:
    """The transcript in the requested form; None if the call has none."""
    if not record.transcript:
        return None
    return without_personal_data(record.transcript, record.call) if redacted else provided(record.transcript)


def provided(text: str) -> Transcript:
    """The transcript as the tracker provided it."""
    return Transcript(text, parse(text))


def without_personal_data(text: str, call: Call) -> Transcript:
    """The transcript with each letter and digit of personal data as an asterisk. Positions stay the same."""
    # Imported here, because only a redacted transcript needs the recogniser.
    from eal.ai.redaction.transcript import redact

    hidden = redact(text, known_names=_known_names(call))
    redactions = tuple(
        Redaction(turn.index, span.start - start, span.end - start, span.kind)
        for turn, start in located(text)
        for span in hidden.spans
        if start <= span.start and span.end <= start + len(turn.text)
    )
    return Transcript(hidden.text, hidden.turns, redactions)


def with_redacted_quotes(record: CallRecord, hidden: Transcript | None) -> CallRecord:
    """The call with each quote redacted as its turn is in `hidden`.

    A run of an earlier transcript can have a quote that the present one does not contain. It is redacted whole, because
    nothing tells what is personal in it.
    """
    before = provided(record.transcript).turns if record.transcript else ()
    after = hidden.turns if hidden else ()
    return replace(record, runs=tuple(_with_redacted_quotes(run, before, after) for run in record.runs))


def _known_names(call: Call) -> list[str]:
    """The names of the call's people outside the transcript: caller ID, and the agent's e-mail address."""
    mailbox = (call.facts.agent_email or "").partition("@")[0]
    return [name for name in (call.person_name, re.sub(r"[\W\d_]+", " ", mailbox)) if name]


def _with_redacted_quotes(run: Run, before: Sequence[Turn], after: Sequence[Turn]) -> Run:
    return replace(run, evidence=tuple(_redacted_quote(quoted, before, after) for quoted in run.evidence))


def _redacted_quote(quoted: Evidence, before: Sequence[Turn], after: Sequence[Turn]) -> Evidence:
    at = before[quoted.turn].text.find(quoted.quote) if quoted.turn < len(before) else -1
    if at < 0:
        return replace(quoted, quote=re.sub(r"[^\W_]", "*", quoted.quote))
    return replace(quoted, quote=after[quoted.turn].text[at : at + len(quoted.quote)])
