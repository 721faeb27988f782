"""The sentence encoders: their tokens, their vectors, and what they do with any text.

tokens.jsonl has the ids that the `tokenizers` package 0.23.3 gives for the tokenizer.json of all-MiniLM-L6-v2. There is
one intended difference: a text that contains "[SEP]" is no special token here. all-mpnet-base-v2 has the same words
under other numbers, and so the same tokens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.ai.engines.embedded.encoder import (
    DIMENSIONS,
    LARGE,
    MAX_TOKENS,
    SMALL,
    SentenceEncoder,
    encoder,
    load,
    relative_position_buckets,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[5]
TEXTS = (
    "My water heater burst and the basement has two inches of water.",
    "A pipe broke and our cellar is flooded.",
    "I would like to offer you leads from our marketing agency.",
)
LONG_TEXT = " ".join(
    f"Room {number} on floor {number % 4} has a wet wall and {number} tiles are loose."
    for number in range(1, 15)
)
# The first six numbers of each vector, by the published float32 weights in float64.
EXPECTED = {
    SMALL: (
        (0.0294, 0.0137, 0.0195, -0.0407, 0.0543, -0.1073),
        (0.0308, -0.0158, 0.0829, -0.0292, 0.0392, -0.0375),
        (-0.0455, -0.0828, -0.0703, 0.0384, -0.0083, 0.0119),
    ),
    LARGE: (
        (-0.0634, 0.0767, -0.0241, -0.0299, -0.0554, -0.0006),
        (-0.0389, 0.0722, -0.0304, -0.0449, -0.0298, -0.0087),
        (0.0551, 0.0305, -0.0332, -0.0157, 0.0131, -0.0222),
    ),
}
COSINES = {
    SMALL: ((1.0, 0.4677, 0.0398), (0.4677, 1.0, 0.0754), (0.0398, 0.0754, 1.0)),
    LARGE: ((1.0, 0.7013, 0.0182), (0.7013, 1.0, 0.0193), (0.0182, 0.0193, 1.0)),
}


@cache
def large_encoder() -> SentenceEncoder:
    return SentenceEncoder(load(LARGE))


def test_tokens_are_those_of_the_published_tokenizer() -> None:
    lines = Path(__file__).with_name("tokens.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]

    known = [case for case in cases if set(case["pieces"]) <= set(vocabulary(SMALL))]
    different = [case["text"] for case in known if pieces(case["text"]) != case["pieces"]]

    assert len(known) >= 20
    assert different == []


def test_words_of_other_scripts_are_unknown() -> None:
    assert pieces("flood \u03c0\u03b9 \u6f22\u6f22") == ["[CLS]", "flood", *["[UNK]"] * 3, "[SEP]"]


def test_special_tokens_in_a_text_are_text() -> None:
    first, *middle, last = pieces("[CLS] flood [SEP]")

    assert (first, last) == ("[CLS]", "[SEP]")
    assert not {"[CLS]", "[SEP]", "[MASK]"} & set(middle)


def pieces(text: str) -> list[str]:
    words = list(vocabulary(SMALL))
    return [words[number] for number in encoder().tokenizer.ids(text)]


def test_both_models_have_the_same_tokens() -> None:
    lines = Path(__file__).with_name("tokens.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    small, large = (
        {number: word for word, number in tokens.items()} for tokens in (vocabulary(SMALL), vocabulary(LARGE))
    )
    ends = {"<s>": "[CLS]", "</s>": "[SEP]"}

    for text in [*texts, "<s> flood </s>"]:
        ids = large_encoder().tokenizer.ids(text)

        words = [ends.get(large[number], large[number]) for number in ids]
        assert words == [small[number] for number in encoder().tokenizer.ids(text)]


def vocabulary(name: str) -> dict[str, int]:
    words = bytes(load(name)["vocabulary"].astype(np.uint8)).decode().split("\n")
    return {word: number for number, word in enumerate(words)}


@pytest.mark.parametrize(
    ("name", "model", "tolerance"), [(SMALL, encoder, 0.004), (LARGE, large_encoder, 0.005)]
)
def test_vectors_are_those_of_the_published_model(
    name: str, model: Callable[[], SentenceEncoder], tolerance: float
) -> None:
    vectors = model().encode(TEXTS)

    assert np.allclose(vectors[:, :6], EXPECTED[name], atol=tolerance)
    assert np.allclose(vectors @ vectors.T, COSINES[name], atol=0.01)


def test_a_long_text_has_the_vector_of_the_published_model() -> None:
    """212 tokens, whose distances have all buckets."""
    vector = large_encoder().encode([LONG_TEXT])[0]

    assert np.allclose(vector[:6], (-0.0199, -0.033, -0.038, 0.0459, -0.0144, 0.0157), atol=0.005)


@pytest.mark.parametrize("model", [encoder, large_encoder])
def test_the_batch_does_not_matter(model: Callable[[], SentenceEncoder]) -> None:
    together = model().encode([*TEXTS, "word " * 300, ""])

    alone = np.concatenate([model().encode([text]) for text in (*TEXTS, "word " * 300, "")])

    assert np.allclose(together, alone, atol=1e-4)


def test_relative_positions_have_the_buckets_of_the_published_model() -> None:
    """The bounds are those of `relative_position_bucket` in the `transformers` package 5.24.0."""
    buckets = relative_position_buckets(256)
    distances = [0, 1, 7, 8, 11, 12, 15, 16, 22, 23, 31, 32, 45, 46, 63, 64, 90, 91, 127, 128, 255]
    expected = [0, 1, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 15, 15]

    assert [buckets[255, 255 - distance] for distance in distances] == expected
    assert [buckets[0, distance] for distance in distances[1:]] == [16 + bucket for bucket in expected[1:]]


def test_no_text_gives_no_vector() -> None:
    assert encoder().encode([]).shape == (0, DIMENSIONS)


@given(st.text(max_size=300))
@settings(max_examples=100)
def test_any_text_has_a_bounded_number_of_tokens(text: str) -> None:
    ids = encoder().tokenizer.ids(text)

    assert 2 <= len(ids) <= MAX_TOKENS
    assert (ids[0], ids[-1]) == (vocabulary(SMALL)["[CLS]"], vocabulary(SMALL)["[SEP]"])


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


def test_an_adapter_adds_the_product_of_its_matrices_and_leaves_the_model_as_it_is() -> None:
    before = encoder().encode(TEXTS)
    chance = np.random.default_rng(1)
    down, up = (
        chance.normal(size=size).astype(np.float32) for size in ((DIMENSIONS, 2), (2, 4 * DIMENSIONS))
    )
    shift = chance.normal(size=4 * DIMENSIONS).astype(np.float32)
    adapted = encoder().adapted({"5.inner.down": down, "5.inner.up": up, "5.inner.shift": shift})
    inputs = chance.normal(size=(3, DIMENSIONS)).astype(np.float32)

    added = adapted._linear(inputs, "5.inner") - encoder()._linear(inputs, "5.inner")

    assert np.allclose(added, inputs @ down @ up + shift, atol=1e-3)
    assert np.abs(adapted.encode(TEXTS) - before).max() > 0.001
    assert np.array_equal(encoder().encode(TEXTS), before)
