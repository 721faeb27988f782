"""The sentence encoder: its tokens, its vectors, and what it does with any text.

tokens.jsonl has the ids that the `tokenizers` package 0.23.3 gives for the tokenizer.json of the published model. There
is one intended difference: a text that contains "[SEP]" is no special token here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.ai.engines.embedded.encoder import DIMENSIONS, MAX_TOKENS, encoder

ROOT = Path(__file__).parents[5]
TEXTS = (
    "My water heater burst and the basement has two inches of water.",
    "A pipe broke and our cellar is flooded.",
    "I would like to offer you leads from our marketing agency.",
)
# The first six numbers of each vector, by the published float32 weights in float64.
EXPECTED = (
    (0.0294, 0.0137, 0.0195, -0.0407, 0.0543, -0.1073),
    (0.0308, -0.0158, 0.0829, -0.0292, 0.0392, -0.0375),
    (-0.0455, -0.0828, -0.0703, 0.0384, -0.0083, 0.0119),
)
COSINES = ((1.0, 0.4677, 0.0398), (0.4677, 1.0, 0.0754), (0.0398, 0.0754, 1.0))


def test_tokens_are_those_of_the_published_tokenizer() -> None:
    lines = Path(__file__).with_name("tokens.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]

    different = [case["text"] for case in cases if encoder().tokenizer.ids(case["text"]) != case["ids"]]

    assert len(cases) >= 25
    assert different == []


def test_special_tokens_in_a_text_are_text() -> None:
    tokenizer = encoder().tokenizer

    first, *middle, last = tokenizer.ids("[CLS] flood [SEP]")

    assert (first, last) == (101, 102)
    assert not {101, 102, 103} & set(middle)


def test_vectors_are_those_of_the_published_model() -> None:
    vectors = encoder().encode(TEXTS)

    assert np.allclose(vectors[:, :6], EXPECTED, atol=0.004)
    assert np.allclose(vectors @ vectors.T, COSINES, atol=0.01)


def test_the_batch_does_not_matter() -> None:
    together = encoder().encode([*TEXTS, "word " * 300, ""])

    alone = np.concatenate([encoder().encode([text]) for text in (*TEXTS, "word " * 300, "")])

    assert np.allclose(together, alone, atol=1e-4)


def test_no_text_gives_no_vector() -> None:
    assert encoder().encode([]).shape == (0, DIMENSIONS)


@given(st.text(max_size=300))
@settings(max_examples=100)
def test_any_text_has_a_bounded_number_of_tokens(text: str) -> None:
    ids = encoder().tokenizer.ids(text)

    assert 2 <= len(ids) <= MAX_TOKENS
    assert (ids[0], ids[-1]) == (101, 102)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=3))
@settings(max_examples=20)
def test_any_text_has_a_unit_vector(texts: list[str]) -> None:
    assert np.allclose(np.linalg.norm(encoder().encode(texts), axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("text", ["x" * 60_000, "\u6f22" * 60_000, "." * 60_000, "a " * 30_000])
def test_a_hostile_text_is_cut(text: str) -> None:
    assert len(encoder().tokenizer.ids(text)) <= MAX_TOKENS


def test_a_function_encodes_in_one_thread() -> None:
    """In a process of its own, because the plugins of pytest import NumPy earlier than a function does."""
    code = (
        "from pathlib import Path; from eal.ai.engines.embedded.encoder import encoder; encoder().encode(['a b'] * 99);"
        "print(len(list(Path('/proc/self/task').iterdir())))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    path = os.pathsep.join(str(ROOT / "layers" / folder) for folder in ("shared", "models"))

    done = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", code],
        env=environment | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )

    assert done.stdout.split() == ["1"]


def test_an_adapter_changes_the_vectors_by_the_product_of_its_matrices_and_leaves_the_model_as_it_is() -> (
    None
):
    before = encoder().encode(TEXTS)
    chance = np.random.default_rng(1)
    adapter = {
        "5.query.down": chance.normal(size=(DIMENSIONS, 2)).astype(np.float32),
        "5.query.up": np.zeros((2, DIMENSIONS), np.float32),
        "5.query.shift": np.zeros(DIMENSIONS, np.float32),
    }

    unchanged = encoder().adapted(adapter).encode(TEXTS)
    adapter["5.query.up"] = chance.normal(size=(2, DIMENSIONS)).astype(np.float32)
    changed = encoder().adapted(adapter).encode(TEXTS)

    assert np.array_equal(unchanged, before)
    assert np.abs(changed - before).max() > 0.001
    assert np.array_equal(encoder().encode(TEXTS), before)
