"""tools/evaluate with Bedrock: both engines judge, and the run has a budget of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.evaluate import bedrock as evaluation
from tools.evaluate.sets import Item
from tools.evaluate.tasks import classify_call

if TYPE_CHECKING:
    from tools.fixtures.bedrock import FakeBedrock

ITEM = Item("a-1", {"id": "a-1", "transcript": "Caller: There is mold in the bathroom of our house."})


def test_an_answer_has_its_provenance_and_the_report_the_cost(bedrock: FakeBedrock) -> None:
    answers = [classify_call.ENGINES["bedrock"]()(ITEM)]

    assert answers[0]["intent"] == "mold"
    assert (answers[0]["provenance"]["engine"], len(bedrock.requests)) == ("bedrock", 1)
    (line,) = evaluation.cost(answers)
    assert line.startswith("cost: 0.00")
    assert line.endswith(" 0 fell back")


def test_a_run_stops_at_its_budget(bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDROCK_CENTS", "6")
    bedrock.usage = {"inputTokens": 20_000, "outputTokens": 700}
    answer = classify_call.ENGINES["bedrock"]()

    answers = [answer(ITEM) for _ in range(5)]

    assert [answer["provenance"]["fallback"] for answer in answers] == [False, True, True, True, True]
    assert len(bedrock.requests) == 1


def test_a_run_needs_a_listed_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEDROCK_MODEL", raising=False)
    with pytest.raises(SystemExit, match="BEDROCK_MODEL"):
        classify_call.ENGINES["bedrock"]()


def test_an_engine_without_a_price_has_no_line_about_cost() -> None:
    assert list(evaluation.cost([{"intent": "water"}])) == []
