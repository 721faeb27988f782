"""The Bedrock engine against a server that speaks its protocol: answers, repairs, failures, time, money."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest
from pydantic import BaseModel, ConfigDict

from eal.ai.engines.bedrock import engine
from eal.ai.engines.bedrock.engine import Bedrock, NotInTestMode, Question
from eal.ai.engines.bedrock.models import model
from eal.core import aws, clock, observe
from eal.core.errors import Unavailable
from eal.core.table.write import Stale
from eal.core.tenancy import Tenant
from tests.support.bedrock import MODEL, MemoryBudget, fake_bedrock

if TYPE_CHECKING:
    from tools.fixtures.bedrock import Behaviour, FakeBedrock

QUOTE = "the basement is flooded"


class Colour(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    evidence: list[str]
    intent: Literal["water", "spam"]
    urgency: Literal["normal", "emergency"]


RIGHT = {"evidence": [QUOTE], "intent": "water", "urgency": "normal"}


def faults(answer: Colour) -> list[str]:
    return [f"evidence: no such words: {quote}" for quote in answer.evidence if quote != QUOTE]


def question(
    text: str = "<transcript>\n[0] caller: the basement is flooded\n</transcript>",
) -> Question[Colour]:
    return Question(
        system="Classify.", text=text, tool="record_colour", answer=Colour, max_tokens=300, faults=faults
    )


def outcome_of(
    fake: FakeBedrock,
    *behaviours: Behaviour,
    budget: MemoryBudget | None = None,
    deadline_seconds: float = engine.DEADLINE_SECONDS,
) -> engine.AskOutcome[Colour]:
    fake.input = RIGHT
    fake.next = list(behaviours)
    found = model(MODEL)
    assert found
    asked = replace(question(), deadline_seconds=deadline_seconds)
    return Bedrock(found, budget or MemoryBudget()).answer(asked)


def test_the_answer_is_the_input_of_the_forced_tool(bedrock: FakeBedrock) -> None:
    outcome = outcome_of(bedrock)

    assert outcome.answer == Colour(evidence=[QUOTE], intent="water", urgency="normal")
    assert outcome.failure is None
    (request,) = bedrock.requests
    assert request["modelId"] == MODEL
    assert request["toolConfig"]["toolChoice"] == {"tool": {"name": "record_colour"}}
    assert request["inferenceConfig"] == {"maxTokens": 300, "temperature": 0}
    (tool,) = request["toolConfig"]["tools"]
    assert tool["toolSpec"]["strict"] is True
    assert tool["toolSpec"]["inputSchema"]["json"] == {
        "type": "object",
        "properties": {
            "evidence": {"type": "array", "items": {"type": "string"}},
            "intent": {"type": "string", "enum": ["water", "spam"]},
            "urgency": {"type": "string", "enum": ["normal", "emergency"]},
        },
        "required": ["evidence", "intent", "urgency"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "spoiled",
    [
        "invalid_json", "wrong_enum", "missing_field", "extra_field", "invented_quote", "text", "wrong_tool",
        "malformed_tool_use", "malformed_model_output", "max_tokens",
    ],
)  # fmt: skip
def test_one_invalid_answer_is_repaired_and_a_second_is_not(bedrock: FakeBedrock, spoiled: Behaviour) -> None:
    budget = MemoryBudget()

    assert outcome_of(bedrock, spoiled, budget=budget).answer is not None
    assert len(bedrock.requests) == 2
    failed = outcome_of(bedrock, spoiled, spoiled, budget=budget)

    assert (failed.answer, failed.failure) == (None, "bedrock_invalid_answer")
    assert len(bedrock.requests) == 4, "no third request"
    assert failed.tokens > 0, "invalid answers cost as much as valid ones"
    assert failed.cost_microusd > 0
    assert [spent for _, spent, _ in budget.settled][1] == failed.cost_microusd
    assert budget.counted == sum(spent for _, spent, _ in budget.settled)


def test_the_repair_says_what_is_wrong_without_quoting_the_answer(bedrock: FakeBedrock) -> None:
    outcome_of(bedrock, "wrong_enum")

    repair = bedrock.requests[1]["messages"]
    assert repair[1]["role"] == "assistant"
    (result,) = repair[2]["content"]
    assert result["toolResult"]["status"] == "error"
    (text,) = result["toolResult"]["content"]
    assert "intent: Input should be 'water' or 'spam'" in text["text"]
    assert "dispatch_now" not in text["text"]


def test_an_answer_next_to_text_and_other_tools_counts(bedrock: FakeBedrock) -> None:
    assert outcome_of(bedrock, "two_tools").answer is not None
    assert len(bedrock.requests) == 1


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("content_filtered", "bedrock_refused"),
        ("guardrail_intervened", "bedrock_refused"),
        ("model_context_window_exceeded", "bedrock_input_too_long"),
    ],
)
def test_a_refusal_is_not_repaired(bedrock: FakeBedrock, refusal: Behaviour, reason: str) -> None:
    outcome = outcome_of(bedrock, refusal)

    assert (outcome.answer, outcome.failure) == (None, reason)
    assert len(bedrock.requests) == 1
    assert outcome.cost_microusd > 0


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("throttled", "bedrock_throttled"),
        ("not_ready", "bedrock_unavailable"),
        ("model_timeout", "bedrock_timed_out"),
        ("model_error", "bedrock_unavailable"),
        ("unavailable", "bedrock_unavailable"),
        ("internal", "bedrock_unavailable"),
    ],
)
def test_a_transient_error_is_tried_three_times(bedrock: FakeBedrock, error: Behaviour, reason: str) -> None:
    budget = MemoryBudget()

    assert outcome_of(bedrock, error, error, budget=budget).answer is not None
    assert len(bedrock.requests) == 3
    failed = outcome_of(bedrock, error, error, error, budget=budget)

    assert failed.failure == reason
    assert len(bedrock.requests) == 6
    assert (failed.tokens, failed.cost_microusd) == (0, 0)
    assert budget.settled[1][1:] == (0, 0), "an error is free, and its hold ends"


@pytest.mark.parametrize("error", ["invalid_request", "denied", "no_model"])
def test_an_error_of_ours_is_not_tried_again(
    bedrock: FakeBedrock, error: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)

    assert outcome_of(bedrock, error).failure == "bedrock_rejected"

    assert len(bedrock.requests) == 1
    (line,) = map(json.loads, log.getvalue().splitlines())
    assert (line["message"], line["level"]) == ("bedrock_rejected", "ERROR")
    assert "flooded" not in log.getvalue()


@pytest.mark.parametrize("slow", ["hang", "drip"])
def test_a_response_that_does_not_come_ends_at_the_deadline_and_its_hold_stays(
    bedrock: FakeBedrock, slow: Behaviour
) -> None:
    budget = MemoryBudget()

    outcome = outcome_of(bedrock, slow, budget=budget, deadline_seconds=1.5)

    assert outcome.failure == "bedrock_timed_out"
    assert budget.settled == []
    assert budget.counted > 0, "the model may have worked"


def test_after_a_time_out_the_process_asks_nothing_for_a_minute(
    bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome_of(bedrock, "hang", deadline_seconds=1.5)
    budget = MemoryBudget()

    assert outcome_of(bedrock, budget=budget).failure == "bedrock_paused"

    assert (len(bedrock.requests), budget.counted) == (1, 0)
    monkeypatch.setattr(engine, "_paused_until", time.monotonic())
    assert outcome_of(bedrock).answer is not None


def test_a_closed_connection_leaves_the_hold_because_the_charge_is_unknown(bedrock: FakeBedrock) -> None:
    budget = MemoryBudget()

    assert outcome_of(bedrock, "hang_up", budget=budget).failure == "bedrock_unavailable"

    assert budget.settled == []
    assert budget.counted > 0


def test_no_server_is_a_failure_without_a_charge(
    bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDROCK_API_URL", "http://127.0.0.1:9")
    budget = MemoryBudget()

    assert outcome_of(bedrock, budget=budget).failure == "bedrock_unavailable"

    assert budget.counted == 0


def test_a_time_out_of_the_repair_keeps_the_cost_of_the_first_answer(
    bedrock: FakeBedrock,
) -> None:
    budget = MemoryBudget()

    outcome = outcome_of(bedrock, "wrong_enum", "hang", budget=budget, deadline_seconds=2.0)

    assert outcome.failure == "bedrock_timed_out"
    assert 0 < outcome.cost_microusd <= budget.counted


def test_no_request_is_made_if_the_budget_does_not_cover_the_worst_case(bedrock: FakeBedrock) -> None:
    budget = MemoryBudget(most=100)

    assert outcome_of(bedrock, budget=budget).failure == "ai_budget_spent"

    assert bedrock.requests == []


@pytest.mark.parametrize("fault", [Stale(), Unavailable(), aws.Unreachable("TransactWriteItems")])
def test_an_answer_is_kept_if_its_use_cannot_be_settled(
    bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    budget = MemoryBudget()
    monkeypatch.setattr(MemoryBudget, "settle", fail)

    assert outcome_of(bedrock, budget=budget).answer is not None
    assert budget.counted > 0, "the hold stays"


@pytest.mark.parametrize("behaviours", [("answer",), ("wrong_enum", "wrong_enum"), ("text", "answer")])
def test_a_use_never_costs_more_than_its_hold(
    bedrock: FakeBedrock, behaviours: tuple[Behaviour, ...]
) -> None:
    """Even if the tokens of each request are as many as its bytes, and all allowed ones are written."""
    budget = MemoryBudget()
    bedrock.usage = {"inputTokens": 0, "outputTokens": 300}
    outcome_of(bedrock, *behaviours, budget=budget)
    sizes = [len(json.dumps(request, ensure_ascii=False).encode()) for request in bedrock.requests]
    found = model(MODEL)
    assert found

    ((held, spent, _),) = budget.settled

    most = found.most_microusd(input_tokens=sum(sizes), output_tokens=300 * len(sizes))
    assert spent <= most <= held


@pytest.mark.parametrize(
    ("model_id", "is_strict"), [("eu.amazon.nova-lite-v1:0", False), ("global." + MODEL[3:], True)]
)
def test_a_model_has_strict_tools_only_if_the_table_says_so(
    cloud: None, monkeypatch: pytest.MonkeyPatch, model_id: str, is_strict: bool
) -> None:
    with fake_bedrock(monkeypatch, model_id) as fake:
        fake.input = RIGHT
        found = Bedrock.of(Tenant("org_1", "live"), 0, clock.now())
        assert found

        assert Bedrock(found.model, MemoryBudget()).answer(question()).answer is not None

        (request,) = fake.requests
    assert ("strict" in request["toolConfig"]["tools"][0]["toolSpec"]) is is_strict


def test_a_prompt_is_marked_for_the_cache_only_if_it_reaches_the_minimum_of_the_model(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = {}
    for model_id in (MODEL, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"):
        for characters in (2_000, 6_000, 24_000):
            with fake_bedrock(monkeypatch, model_id) as fake:
                fake.input = RIGHT
                found = model(model_id)
                assert found
                long = Question(
                    system="x" * characters, text="y", tool="t", answer=Colour, max_tokens=300, faults=faults
                )
                Bedrock(found, MemoryBudget()).answer(long)
                marked[found.id[13:26], characters] = len(fake.requests[0]["system"]) == 2

    assert [characters for (name, characters), mark in marked.items() if mark and "haiku" in name] == [24_000]
    assert [characters for (name, characters), mark in marked.items() if mark and "sonnet" in name] == [
        6_000,
        24_000,
    ]


def test_a_test_tenant_has_no_engine(bedrock: FakeBedrock) -> None:
    with pytest.raises(NotInTestMode):
        Bedrock.of(Tenant("org_1", "test"), 1_000, clock.now())


def test_a_model_without_a_price_is_not_used(bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch) -> None:
    for model_id in ("", "us.meta.llama4-scout-17b-instruct-v1:0"):
        monkeypatch.setenv("BEDROCK_MODEL", model_id)
        assert Bedrock.of(Tenant("org_1", "live"), 1_000, clock.now()) is None


def test_only_a_loopback_address_replaces_bedrock_and_only_on_the_local_stage(
    bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eal.core import aws, settings

    assert aws.bedrock_runtime().meta.endpoint_url == bedrock.url  # type: ignore[attr-defined]
    monkeypatch.setenv("STAGE", "production")
    assert aws.bedrock_runtime().meta.endpoint_url.endswith("amazonaws.com")  # type: ignore[attr-defined]
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("BEDROCK_API_URL", "https://elsewhere.example")
    with pytest.raises(settings.MissingSetting):
        aws.bedrock_runtime()
