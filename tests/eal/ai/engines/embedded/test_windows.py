"""The windows in which the sentence reader reads a call."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.ai.engines.embedded.calls import reading, windows
from eal.ai.engines.embedded.encoder import MULTILINGUAL, MultilingualEncoder, load

if TYPE_CHECKING:
    from eal.ai.engines.embedded.unigram import UnigramTokenizer

MAX_TOKENS = 256
"""Number of positions of the encoder."""
LINES = (
    "Agent: Is anybody hurt?", "Caller: No.", "Caller: Nobody is. The ceiling hangs down, though, and it drips!",
    "Caller: se está cayendo el techo", "Agent: Okay.", "just a line without a label",
    "Caller: so there was this water and then it came down and we ran out and my dog " * 6,
)  # fmt: skip


@cache
def tokenizer() -> UnigramTokenizer:
    return MultilingualEncoder(load(MULTILINGUAL)).tokenizer


def read(text: str) -> tuple[list[windows.Sentence], list[windows.Window]]:
    spoken = windows.sentences(reading.read(text, voicemail=False))
    return spoken, windows.windows(spoken, tokenizer())


def test_a_sentence_is_read_with_what_is_said_around_it() -> None:
    spoken, (window,) = read("Agent: Any smell of gas?\nCaller: None. The floor is wet.\nAgent: Okay.")
    tokens = tokenizer()

    assert [spoken[number].text for number in window.sentences] == ["None.", "The floor is wet."]
    assert window.tokens[1:-1] == tuple(
        tokens.pieces("query: A: Any smell of gas? C: None. The floor is wet. A: Okay.")
    )
    assert [window.tokens[start:end] for start, end in window.spans] == [
        tuple(tokens.pieces("None.")), tuple(tokens.pieces("The floor is wet.")),
    ]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=60))
@settings(max_examples=60)
def test_each_sentence_of_the_caller_is_in_one_window_as_a_whole(lines: list[str]) -> None:
    spoken, found = read("\n".join(lines))
    tokens: dict[int, list[int]] = {
        number: [] for number, sentence in enumerate(spoken) if not sentence.by_agent
    }

    for window in found:
        assert len(window.tokens) <= MAX_TOKENS
        for number, (start, end) in zip(window.sentences, window.spans, strict=True):
            tokens[number] += window.tokens[start:end]

    assert tokens == {number: tokenizer().pieces(spoken[number].text) for number in tokens}


@pytest.mark.parametrize("text", ["x" * 60_000, "no " * 20_000, "漢" * 60_000, "a. " * 20_000])
def test_what_is_read_of_a_call_is_bounded(text: str) -> None:
    _, found = read(f"Caller: {text}")

    assert all(len(window.tokens) <= MAX_TOKENS for window in found)
    assert sum(end - start for window in found for start, end in window.spans) <= windows.MAX_CALL_TOKENS


def test_a_question_that_the_caller_affirms_is_the_callers_own_sentence() -> None:
    spoken, _ = read("Agent: Is the ceiling coming down?\nCaller: Yes.")

    assert [(sentence.text, sentence.by_agent) for sentence in spoken] == [
        ("Is the ceiling coming down?", False), ("Yes.", False),
    ]  # fmt: skip
