"""Sentence encoders that remember what they have read.

Tests deliver the same call again and again, such as after each request at which a worker can be killed. What an encoder
returns depends on nothing but its weights and the tokens.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eal.ai.engines.embedded.encoder import Floats

REMEMBERED = 400
"""Maximum number of batches that are remembered. A batch of a whole call takes at most 6 MB."""

_hidden: Callable[[Encoder, Sequence[Sequence[int]]], tuple[Floats, Floats]] = Encoder.hidden


def apply() -> None:
    """Replace the encoders' function by one that remembers, for this process."""
    setattr(Encoder, "hidden", _remembered)  # noqa: B010 - mypy accepts no other function as a method


def _remembered(encoder: Encoder, batch: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
    return _read(encoder, tuple(map(tuple, batch)))


@lru_cache(REMEMBERED)
def _read(encoder: Encoder, batch: tuple[tuple[int, ...], ...]) -> tuple[Floats, Floats]:
    vectors, mask = _hidden(encoder, batch)
    vectors.flags.writeable = mask.flags.writeable = False
    return vectors, mask
