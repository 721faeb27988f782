"""Encoders without a model, for tests of what the engine does with vectors of any value."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded.calls import danger_reader, engine
from eal.ai.engines.embedded.encoder import (
    DIMENSIONS,
    LARGE,
    MAX_TOKENS,
    MULTILINGUAL,
    SMALL,
    MultilingualEncoder,
    SentenceEncoder,
    encoder,
)
from eal.ai.engines.embedded.heads import heads

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from numpy.typing import NDArray

LARGE_DIMENSIONS = 768


def _vectors(text: str, count: int, dimensions: int) -> NDArray[np.float32]:
    """Unit vectors that depend on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    vectors = np.random.default_rng(seed).standard_normal((count, dimensions), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class AnyVectors(SentenceEncoder):
    """A sentence encoder that adds the tokens that it is given to `read[name]`, and reads none."""

    def __init__(self, name: str, dimensions: int, read: Counter[str]) -> None:
        self.name, self.dimensions, self.read = name, dimensions, read
        self.tokenizer = encoder().tokenizer

    def encode(self, texts: Sequence[str], limit: int = MAX_TOKENS) -> NDArray[np.float32]:
        self.read[self.name] += sum(len(self.tokenizer.ids(text, limit)) for text in texts)
        return np.concatenate([_vectors(text, 1, self.dimensions) for text in texts])


class AnyPartVectors(MultilingualEncoder):
    """A multilingual encoder that adds the tokens that it is given to `read`, and reads none."""

    def __init__(self, real: MultilingualEncoder, read: Counter[str]) -> None:
        self.tokenizer, self.dimensions, self.read = real.tokenizer, real.dimensions, read

    def encode_parts(
        self, texts: Sequence[Sequence[int]], parts: Sequence[Sequence[tuple[int, int]]]
    ) -> list[NDArray[np.float32 | np.float64]]:
        self.read[MULTILINGUAL] += sum(map(len, texts))
        return [
            _vectors(str(text), len(own), self.dimensions) for text, own in zip(texts, parts, strict=True)
        ]


def model_of_any_vectors(read: Counter[str]) -> engine.CallModel:
    """The published heads on vectors that tell nothing: any field, danger and quote can come out. `read` counts the
    tokens for each encoder.
    """
    reader = danger_reader.reader()
    return engine.CallModel(
        AnyVectors(SMALL, DIMENSIONS, read),
        heads("classify_call"),
        AnyVectors(LARGE, LARGE_DIMENSIONS, read),
        heads("classify_call_adapter"),
        danger_reader.DangerReader(AnyPartVectors(reader.encoder, read), reader.heads),
    )
