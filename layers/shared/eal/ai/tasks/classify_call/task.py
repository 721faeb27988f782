"""The task `classify_call`: its input, and the rules that hold whatever an engine answers. Its output is
`eal.ai.classification.Classification`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from eal.ai.classification import (
    LOSSES,
    UNNAMED_HAZARD,
    Classification,
    Confidences,
    DangerSign,
    Evidence,
    Intent,
    Urgency,
)
from eal.ai.engines.bedrock.engine import Question
from eal.ai.engines.embedded.calls import engine as embedded
from eal.ai.engines.embedded.calls.engine import LANGUAGE_REASON
from eal.ai.tasks.classify_call.answer import REASONS, ClassificationAnswer
from eal.ai.tasks.fenced import fenced
from eal.ai.tasks.prompt import Prompt, prompt
from eal.ai.tasks.task import AiTask, Consultation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.ai.provenance import Provenance
    from eal.ai.tasks.fenced import FencedTranscript

NAME = "classify_call"
VERSION = 1
"""The number of the prompt file. A change of the prompt's text, the answer or the rules is a new number."""
MAX_TOKENS = 700
"""Twelve quotes of 25 words are the longest answer; one of five quotes has about 250 tokens."""

_MAX_QUOTE_CHARACTERS = 240
_FIELDS = ("intent", "urgency", "qualified")
_WITHOUT_NEED = frozenset({Intent.SALES_PITCH, Intent.SPAM, Intent.WRONG_NUMBER})
_KEPT_REASONS = frozenset({"missed_call", "instruction_ignored", "complete_voicemail"})
"""Reasons of the embedded engine that are facts about the call, whoever judges it."""

_AGREE = {"intent": 0.975, "urgency": 0.975, "qualified": 0.985}
_DIFFER = {"intent": 0.68, "urgency": 0.8, "qualified": 0.76}
"""Probability that a field is right if two engines agree on it, and if they do not. Measured for trained heads and
rules on 147 calls that neither had seen, and not yet for a model of Bedrock: `python -m tools.evaluate classify_call
--engine bedrock` shows how far they are off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInput:
    """`known_names` are redacted before the transcript leaves the account, such as the name on the caller ID."""

    transcript: str
    answered: bool | None = None
    voicemail: bool = False
    known_names: tuple[str, ...] = ()
    input_sha256: str


def _judge(given: CallInput) -> tuple[Classification, Provenance]:
    return embedded.judge(
        given.transcript,
        answered=given.answered,
        voicemail=given.voicemail,
        input_sha256=given.input_sha256,
    )


def _consultation(given: CallInput) -> Consultation[ClassificationAnswer, Classification]:
    transcript = fenced(given.transcript, given.known_names)
    question = Question(
        system=_prompt().text,
        text=f"{_facts(given)}\n{transcript.shown()}\nRecord the classification of this call.",
        tool="record_classification",
        answer=ClassificationAnswer,
        max_tokens=MAX_TOKENS,
        faults=lambda answer: faults(answer, transcript),
    )
    return Consultation(question, lambda first, answer: combined(first, answer, transcript))


def _facts(given: CallInput) -> str:
    answered = {True: "yes", False: "no", None: "unknown"}[given.answered]
    return f"Answered by a person: {answered}. Voicemail: {'yes' if given.voicemail else 'no'}."


def faults(answer: ClassificationAnswer, transcript: FencedTranscript) -> list[str]:
    """The faults of an answer of the right form. The texts are for the model, which may repair it."""
    found = [
        f"evidence: turn {quote.turn} has no such words. Copy a quote exactly, or leave it out."
        for quote in answer.evidence
        if transcript.find(quote.quote, quote.turn) is None
    ]
    quoted = {quote.field for quote in answer.evidence}
    if answer.safety and ("safety" not in quoted or not answer.hazards):
        found.append("safety: true needs a quote of the danger, and its hazard.")
    if answer.intent is not Intent.UNKNOWN and "intent" not in quoted:
        found.append("intent: needs a quote.")
    if answer.qualified == "true" and answer.intent not in LOSSES:
        found.append(f"qualified: cannot be true if the intent is {answer.intent}.")
    if any(REASONS[reason] != answer.qualified for reason in answer.reasons):
        found.append(f"reasons: give only reasons for qualified {answer.qualified}.")
    if answer.intent in _WITHOUT_NEED and answer.urgency is not Urgency.LOW and not answer.safety:
        found.append(f"urgency: is low if the intent is {answer.intent} and nobody is in danger.")
    return found


def combined(
    first: Classification, answer: ClassificationAnswer, transcript: FencedTranscript
) -> Classification:
    """The classification by both engines: the model's, unless a hard rule says otherwise. A field on which they differ
    is unsure. A danger that either sees is one, and a danger is an emergency.
    """
    safety = first.safety or answer.safety
    judged = replace(
        first,
        intent=answer.intent,
        urgency=Urgency.EMERGENCY if safety else answer.urgency,
        qualified={"true": True, "false": False, "unknown": None}[answer.qualified],
    )
    differ = tuple(name for name in _FIELDS if getattr(judged, name) != getattr(first, name))
    own = asdict(first.confidences)
    confidences = {
        name: _DIFFER[name] if name in differ else max(_AGREE[name], own[name]) for name in _FIELDS
    }
    reasons = (
        *(("danger_to_life",) if safety else ()),
        *answer.reasons,
        *(reason for reason in first.reasons if _is_kept(reason) and _fits(reason, answer)),
        *(("engines_differ",) if differ else ()),
    )
    return replace(
        judged,
        confidence=round(sum(confidences.values()) / len(confidences), 3),
        confidences=Confidences(**confidences),
        unsure=differ,
        reasons=tuple(dict.fromkeys(reasons)),
        evidence=_evidence(first, answer, transcript),
        safety=safety,
        hazards=tuple(dict.fromkeys((*first.hazards, *(answer.hazards if answer.safety else ())))),
        likely_urgencies=tuple(
            dict.fromkeys((answer.urgency, *(first.likely_urgencies if differ else ()), first.urgency))
        ),
        danger_signs=(*first.danger_signs, *_danger_signs(answer, transcript)),
    )


def _is_kept(reason: str) -> bool:
    return reason in _KEPT_REASONS or reason.startswith(LANGUAGE_REASON)


def _danger_signs(answer: ClassificationAnswer, transcript: FencedTranscript) -> Iterator[DangerSign]:
    """The danger signs that the model found: a sign for each hazard, in the turn of its quote."""
    if not answer.safety:
        return
    places = [
        transcript.find(quote.quote, quote.turn) for quote in answer.evidence if quote.field == "safety"
    ]
    turn = next((place[0] for place in places if place), 0)
    for hazard in answer.hazards or (UNNAMED_HAZARD,):
        yield DangerSign(hazard, turn, ("model",), present=True, because="named")


def _fits(reason: str, answer: ClassificationAnswer) -> bool:
    return REASONS.get(reason, answer.qualified) == answer.qualified


def _evidence(
    first: Classification, answer: ClassificationAnswer, transcript: FencedTranscript
) -> tuple[Evidence, ...]:
    """The model's quotes in the words of the transcript, and the embedded engine's for a danger that it saw."""
    found: list[Evidence] = []
    for quote in answer.evidence:
        if place := transcript.find(quote.quote, quote.turn):
            turn, words = place
            found.append(Evidence(quote.field, words[:_MAX_QUOTE_CHARACTERS], turn))
    found += [evidence for evidence in first.evidence if evidence.field == "safety"]
    return tuple(dict.fromkeys(found))


def _prompt() -> Prompt:
    return prompt(NAME, VERSION)


CLASSIFY_CALL = AiTask(
    name=NAME,
    prompt=_prompt,
    embedded_version=embedded.VERSION,
    embedded=_judge,
    is_unsure=lambda judgement: bool(judgement.unsure),
    is_certain=lambda judgement: "no_transcript" in judgement.reasons,
    consultation=_consultation,
    with_reason=lambda judgement, reason: replace(judgement, reasons=(*judgement.reasons, reason)),
)
