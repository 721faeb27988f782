"""The classification of a transcript by rules."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.classification import Classification, Confidences, Evidence, Intent, Urgency
from eal.ai.engines.embedded.calls import hazards, intents, qualification, reading, urgency
from eal.ai.engines.embedded.calls.confidence import confidence
from eal.ai.engines.embedded.calls.mentions import index_mentions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.ai.engines.embedded.language import clauses
    from eal.ai.engines.embedded.language.cues import Mention
    from eal.ai.transcript import Turn

_MAX_QUOTE_CHARACTERS = 240
_ENDING_CHARACTERS = 80
_CONFIDENCE_WITHOUT_TEXT = 0.1


def classify_call(
    transcript: str, *, answered: bool | None = None, voicemail: bool = False
) -> Classification:
    """The classification of a call. It does not consider the service area."""
    read = reading.read(transcript, voicemail=voicemail)
    missed = ("missed_call",) if answered is False and not voicemail else ()
    ignored = ("instruction_ignored",) if read.instructed else ()
    if not read.caller_spoke:
        return Classification(
            Intent.UNKNOWN,
            Urgency.NORMAL,
            None,
            _CONFIDENCE_WITHOUT_TEXT,
            ("no_transcript", *missed, *ignored),
            (),
            False,
            (),
            _confidences(_CONFIDENCE_WITHOUT_TEXT),
        )
    return _classify(read.clauses, read.turns, voicemail=voicemail, extra=(*missed, *ignored))


def _classify(
    spoken: tuple[clauses.Clause, ...], turns: tuple[Turn, ...], *, voicemail: bool, extra: tuple[str, ...]
) -> Classification:
    index = index_mentions(spoken)
    ending = _ending(spoken, turns)
    weighing = intents.weigh(index, broken=qualification.broke_off(index, ending))
    dangers = [m for m in hazards.dangers(spoken) if not _trade_talk(weighing, m)]
    if dangers and weighing.intent is Intent.UNKNOWN:
        weighing = replace(weighing, intent=Intent.OTHER, mentions=tuple(dangers))
    how_soon, urgency_mentions = urgency.judge(weighing.intent, index)
    if dangers:
        how_soon, urgency_mentions = Urgency.EMERGENCY, tuple(dangers)
    qualified, reasons, qualification_mentions = qualification.judge(
        weighing.intent, index, ending, voicemail=voicemail
    )
    if weighing.intent is Intent.OTHER and qualified is False and not dangers:
        how_soon, urgency_mentions = Urgency.LOW, ()
    evidence = (
        *_evidence("intent", weighing.mentions[:2], turns),
        *_evidence("urgency", urgency_mentions, turns),
        *_evidence("qualified", qualification_mentions, turns),
        *_evidence("safety", dangers, turns),
    )
    danger = ("danger_to_life",) if dangers else ()
    sure = confidence(weighing, index, qualified)
    return Classification(
        intent=weighing.intent,
        urgency=how_soon,
        qualified=qualified,
        confidence=sure,
        reasons=(*danger, *reasons, *extra),
        evidence=tuple(dict.fromkeys(evidence)),
        safety=bool(dangers),
        hazards=tuple(m.cue.signal.value for m in dangers),
        confidences=_confidences(sure),
    )


def _confidences(confidence: float) -> Confidences:
    """Rules have one confidence for all fields."""
    return Confidences(confidence, confidence, confidence)


def _trade_talk(weighing: intents.Weighing, danger: Mention) -> bool:
    """Whether a salesperson or an applicant names a danger as an example, without "I", "my" or "here"."""
    if weighing.intent not in (Intent.SALES_PITCH, Intent.EMPLOYMENT):
        return False
    return not re.search(
        r"\b(?:i|im|my|here|right now|now|he|she|our (?:house|office|building))\b", danger.clause.text
    )


def _ending(spoken: tuple[clauses.Clause, ...], turns: tuple[Turn, ...]) -> str:
    """The end of the last turn that counts, without an instruction to the system after it."""
    last = next(clause for clause in reversed(spoken) if clause.counts)
    text = turns[last.turn].text
    rest = text[last.source[1] :].strip()
    whole = len(rest) <= _ENDING_CHARACTERS and not any(letter == " " for letter in rest)
    end = text if whole or rest[:1] in "[(<" else text[: last.source[1]]
    return end[-_ENDING_CHARACTERS:]


def _evidence(field: str, found: Iterable[Mention], turns: tuple[Turn, ...]) -> list[Evidence]:
    return [_quoted(field, mention, turns) for mention in found]


def _quoted(field: str, mention: Mention, turns: tuple[Turn, ...]) -> Evidence:
    clause = mention.clause
    if clause.confirmed is not None:
        turn, start, end = clause.confirmed
        return Evidence(field, turns[turn].text[start:end][:_MAX_QUOTE_CHARACTERS], turn)
    start, end = clause.source
    if end - start > _MAX_QUOTE_CHARACTERS:
        start, end = clause.wording.source_span(clause.offset + mention.start, clause.offset + mention.end)
    return Evidence(field, turns[clause.turn].text[start:end][:_MAX_QUOTE_CHARACTERS], clause.turn)
