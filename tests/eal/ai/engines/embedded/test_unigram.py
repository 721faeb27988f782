"""The tokenizer of the multilingual encoder."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.engines.embedded.encoder import MULTILINGUAL, MultilingualEncoder, load
from eal.ai.engines.embedded.unigram import UnigramTokenizer

PIECES = (
    "<s>",
    "</s>",
    "<unk>",
    "\u2581",
    "\u2581wa",
    "ter",
    "\u2581water",
    "\u2581w",
    "a",
    "t",
    "e",
    "r",
    "ll",
    "l",
)
SCORES = (0, 0, 0, -3, -4, -4, -5, -6, -7, -7, -7, -7, -7, -9)


@cache
def model() -> MultilingualEncoder:
    return MultilingualEncoder(load(MULTILINGUAL))


def small() -> UnigramTokenizer:
    return UnigramTokenizer(PIECES, SCORES, {"W": "w", "…": "..."}, (0, 1, 2))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("water", ["\u2581water"]),  # -5 is more than -8 for two pieces
        ("Water", ["\u2581water"]),
        ("wall", ["\u2581wa", "ll"]),
        ("water  wall", ["\u2581water", "\u2581wa", "ll"]),
        ("wax", ["\u2581wa", "<unk>"]),
        ("é", ["\u2581", "<unk>"]),
        ("e\u0301", ["\u2581", "<unk>"]),  # composed first
    ],
)
def test_a_word_has_the_pieces_with_the_highest_sum(text: str, pieces: list[str]) -> None:
    assert [PIECES[number] for number in small().pieces(text)] == pieces


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        # By the published tokenizer of multilingual-e5-small.
        ("My kitchen smells like gas", "▁My ▁kitchen ▁smell s ▁like ▁gas"),
        ("Huele a gas en la cocina", "▁Hu ele ▁a ▁gas ▁en ▁la ▁cocina"),
    ],
)
def test_the_model_has_the_pieces_of_the_published_one(text: str, pieces: str) -> None:
    names = bytes(load(MULTILINGUAL)["pieces"].astype(np.uint8)).decode().split("\n")

    assert [names[number] for number in model().tokenizer.pieces(text)] == pieces.split(" ")


@given(st.text(max_size=80))
def test_any_text_has_pieces_of_the_vocabulary(text: str) -> None:
    found = model().tokenizer.pieces(text)

    assert found or not any(letter.isalnum() for letter in text)
    assert all(0 <= number < 18_000 for number in found)


def test_a_long_word_is_read_in_parts() -> None:
    """Its pieces are those of its parts, so the work does not grow with the square of the length."""
    first, others, last = 1 + 29 + 1, 9 * 30, 1  # the first part has the mark and 59 letters

    assert len(small().pieces("l" * 600)) == first + others + last
