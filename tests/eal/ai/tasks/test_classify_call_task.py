"""The hard rules of `classify_call`: they hold whatever a model answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.classification import LOSSES, Classification, Confidences, Evidence, Intent, Urgency
from eal.ai.tasks.classify_call.answer import REASONS, ClassificationAnswer, TranscriptQuote
from eal.ai.tasks.classify_call.task import CLASSIFY_CALL, CallInput, combined, faults
from eal.ai.tasks.fenced import fenced

TALK = """\
Agent: Summit Restoration, do you smell gas?
Caller: No gas. A pipe burst in the basement, it is my house, and the water is still coming in."""
TRANSCRIPT = fenced(TALK)


def answer(**changes: Any) -> ClassificationAnswer:
    right: dict[str, Any] = {
        "evidence": [
            TranscriptQuote(field="intent", turn=1, quote="A pipe burst in the basement"),
            TranscriptQuote(field="safety", turn=1, quote="the water is still coming in"),
        ],
        "safety": False,
        "hazards": [],
        "intent": Intent.WATER,
        "urgency": Urgency.EMERGENCY,
        "qualified": "true",
        "reasons": ["real_need", "has_authority"],
    }
    return ClassificationAnswer(**{**right, **changes})


def first(**changes: Any) -> Classification:
    right: dict[str, Any] = {
        "intent": Intent.WATER,
        "urgency": Urgency.EMERGENCY,
        "qualified": True,
        "confidence": 0.6,
        "confidences": Confidences(0.6, 0.6, 0.6),
        "reasons": ("real_need",),
        "evidence": (Evidence("intent", "A pipe burst", 1),),
        "safety": False,
        "hazards": (),
        "unsure": ("urgency",),
    }
    return Classification(**{**right, **changes})


def test_a_right_answer_has_no_faults() -> None:
    assert faults(answer(), TRANSCRIPT) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"evidence": [TranscriptQuote(field="intent", turn=1, quote="the roof is gone")]}, "evidence"),
        ({"evidence": []}, "intent"),
        ({"safety": True}, "safety"),
        ({"safety": True, "hazards": ["gas_smell"], "evidence": [answer().evidence[0]]}, "safety"),
        ({"intent": Intent.INSURANCE}, "qualified"),
        ({"reasons": ["real_need", "no_authority"]}, "reasons"),
        ({"qualified": "unknown"}, "reasons"),
        ({"intent": Intent.SPAM, "qualified": "false", "reasons": ["spam"]}, "urgency"),
    ],
)
def test_an_invented_or_contradictory_answer_has_a_fault(changes: dict[str, Any], field: str) -> None:
    (fault,) = faults(answer(**changes), TRANSCRIPT)
    assert fault.startswith(f"{field}: ")


def test_an_unintelligible_call_needs_no_quote() -> None:
    unknown = {
        "intent": Intent.UNKNOWN,
        "urgency": Urgency.NORMAL,
        "qualified": "unknown",
        "reasons": ["garbled"],
    }
    assert faults(answer(evidence=[], **unknown), TRANSCRIPT) == []


def test_engines_that_agree_are_sure() -> None:
    both = combined(first(), answer(), TRANSCRIPT)

    assert (both.intent, both.urgency, both.qualified) == (Intent.WATER, Urgency.EMERGENCY, True)
    assert both.unsure == ()
    assert both.confidence == 0.978
    assert both.reasons == ("real_need", "has_authority")
    assert Evidence("intent", "A pipe burst in the basement", 1) in both.evidence


def test_a_field_on_which_engines_differ_is_the_models_and_unsure() -> None:
    both = combined(first(urgency=Urgency.NORMAL, qualified=None), answer(), TRANSCRIPT)

    assert (both.urgency, both.qualified) == (Urgency.EMERGENCY, True)
    assert both.unsure == ("urgency", "qualified")
    assert both.confidences.intent > both.confidences.urgency
    assert "engines_differ" in both.reasons


@pytest.mark.parametrize("seen_by", ["embedded", "model", "both"])
def test_a_danger_that_one_engine_sees_is_an_emergency(seen_by: str) -> None:
    danger = Evidence("safety", "do you smell gas", 0)
    seen = {"safety": True, "hazards": ("gas_smell",), "evidence": (danger,), "reasons": ("danger_to_life",)}
    calm: dict[str, Any] = {
        "intent": Intent.OTHER,
        "urgency": Urgency.LOW,
        "qualified": "unknown",
        "reasons": [],
    }
    theirs = {"safety": True, "hazards": ["electrical"]} if seen_by != "embedded" else {}

    both = combined(
        first(urgency=Urgency.LOW, **(seen if seen_by != "model" else {})),
        answer(**calm, **theirs),
        TRANSCRIPT,
    )

    assert (both.safety, both.urgency) == (True, Urgency.EMERGENCY)
    assert both.reasons[0] == "danger_to_life"
    expected = {"embedded": ("gas_smell",), "model": ("electrical",), "both": ("gas_smell", "electrical")}
    assert both.hazards == expected[seen_by]
    assert any(evidence.field == "safety" for evidence in both.evidence)


def test_hazards_without_safety_are_none() -> None:
    assert combined(first(), answer(hazards=["gas_smell"]), TRANSCRIPT).hazards == ()


def test_facts_of_the_embedded_engine_stay_among_the_reasons() -> None:
    reasons = ("no_authority", "missed_call", "instruction_ignored", "complete_voicemail")

    both = combined(first(reasons=reasons), answer(), TRANSCRIPT)

    assert both.reasons == (
        "real_need",
        "has_authority",
        "missed_call",
        "instruction_ignored",
        "complete_voicemail",
    )


answers = st.builds(
    ClassificationAnswer,
    evidence=st.lists(
        st.builds(
            TranscriptQuote,
            field=st.sampled_from(["intent", "urgency", "qualified", "safety"]),
            turn=st.integers(-3, 10**6),
            quote=st.sampled_from(["A pipe burst", "No gas", "fire", "(", "the water is still coming in."]),
        ),
        max_size=4,
    ),
    safety=st.booleans(),
    hazards=st.lists(st.sampled_from(["gas_smell", "electrical"]), max_size=3),
    intent=st.sampled_from(Intent),
    urgency=st.sampled_from(Urgency),
    qualified=st.sampled_from(["true", "false", "unknown"]),
    reasons=st.lists(st.sampled_from(sorted(REASONS)), max_size=3),
)
firsts = st.builds(
    first,
    intent=st.sampled_from(Intent),
    urgency=st.sampled_from(Urgency),
    qualified=st.sampled_from([True, False, None]),
    safety=st.booleans(),
)


@given(firsts, answers)
def test_whatever_a_model_answers_the_rules_hold(
    embedded: Classification, answered: ClassificationAnswer
) -> None:
    wrong = faults(answered, TRANSCRIPT)
    both = combined(embedded, answered, TRANSCRIPT)

    assert both.safety == (embedded.safety or answered.safety)
    assert not both.safety or both.urgency is Urgency.EMERGENCY
    texts = [turn.text for turn in TRANSCRIPT.turns]
    assert all(evidence.quote in texts[evidence.turn] for evidence in both.evidence)
    differ = {
        name for name in ("intent", "urgency", "qualified") if getattr(both, name) != getattr(embedded, name)
    }
    assert set(both.unsure) == differ, "a model alone never decides surely"
    if not wrong:
        assert both.qualified is not True or both.intent in LOSSES


def test_the_question_has_facts_and_the_fence_and_the_prompt_apart() -> None:
    given = CallInput(transcript=TALK, answered=False, voicemail=True, input_sha256="0" * 64)

    question = CLASSIFY_CALL.consultation(given).question

    assert question.text.startswith("Answered by a person: no. Voicemail: yes.\n<transcript>\n[0] agent:")
    assert "pipe burst" not in question.system
    assert (question.tool, question.answer) == ("record_classification", ClassificationAnswer)
