"""Evidence and redaction fit: a quote stands in its turn, and at the same position in the redacted transcript.

Where a quote begins and ends depends on no model, so the vectors are arbitrary, and many calls are read in seconds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from eal.ai.engines.embedded.calls import engine
from eal.ai.redaction.transcript import redact
from eal.ai.transcript import parse
from tests.support.encoders import model_of_any_vectors

ROOT = Path(__file__).parents[4]
SETS = sorted((ROOT / "tools/evaluate/sets/classify_call").glob("*.jsonl"))
CALLS = 12
"""Calls of each set."""


def transcripts(path: Path) -> list[str]:
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [item["text"] for item in items[:: max(1, len(items) // CALLS)]]


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_no_quote_of_the_evaluation_sets_is_broken_by_the_redaction(path: Path) -> None:
    quotes = redacted_quotes = 0
    model = model_of_any_vectors(Counter())
    for text in transcripts(path):
        turns, redacted = parse(text), redact(text)
        assert [(turn.index, turn.speaker, len(turn.text)) for turn in redacted.turns] == [
            (turn.index, turn.speaker, len(turn.text)) for turn in turns
        ]
        for quoted in engine.classify_call(text, using=model).evidence:
            at = turns[quoted.turn].text.find(quoted.quote)
            assert at >= 0, quoted
            hidden = redacted.turns[quoted.turn].text[at : at + len(quoted.quote)]
            assert re.fullmatch(_pattern(hidden), quoted.quote), (hidden, quoted)
            quotes += 1
            redacted_quotes += hidden != quoted.quote
    assert quotes > 0
    print(f"{path.stem}: {quotes} quotes, {redacted_quotes} with personal data")


def _pattern(hidden: str) -> str:
    """Pattern of the texts that a redacted text can have been: an asterisk stands for one letter, digit or asterisk."""
    return "".join(r"(?:[^\W_]|\*)" if letter == "*" else re.escape(letter) for letter in hidden)
