"""Trained heads: linear classifiers over a sentence vector, n-grams, or both, as arrays in an .npz without pickle.

A head `intent` has the arrays `intent.classes`, `intent.bias`, `intent.temperature`, and the weights of its inputs:
`intent.dense` (dimensions, classes), `intent.sparse` (buckets, classes).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.ngrams import Sparse

    type Floats = NDArray[np.float32 | np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """One score for each class. A head without `dense` reads no vector, one without `sparse` no n-grams."""

    classes: tuple[str, ...]
    bias: Floats
    temperature: float
    dense: Floats | None
    sparse: Floats | None

    def parts(self, vector: Floats | None, ngrams: Sparse | None) -> tuple[Floats, Floats]:
        """The scores of the vector and of the n-grams for each class, without bias and temperature."""
        none = np.zeros_like(self.bias)
        by_vector = none if self.dense is None or vector is None else vector @ self.dense
        if self.sparse is None or ngrams is None:
            return by_vector, none
        buckets, values = ngrams
        return by_vector, values @ self.sparse[buckets]

    def scores(self, vector: Floats | None, ngrams: Sparse | None = None) -> Floats:
        """The logits of the classes, divided by the temperature. Without n-grams, `vector` may be several rows."""
        by_vector, by_ngrams = self.parts(vector, ngrams)
        return (by_vector + by_ngrams + self.bias) / self.temperature


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of a task, its other arrays (thresholds, frequencies), and the SHA-256 of what they were trained on."""

    heads: Mapping[str, Head]
    arrays: Mapping[str, Floats]
    data_sha256: str

    def __getitem__(self, name: str) -> Head:
        return self.heads[name]


def probabilities(scores: Floats) -> Floats:
    """The softmax over the last axis."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


@cache
def heads(task: str) -> Heads:
    """The heads of a task in the models layer."""
    path = files("eal_models").joinpath("heads", f"{task}.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return read(dict(stored))


def read(arrays: Mapping[str, NDArray[np.generic]]) -> Heads:
    names = [name.removesuffix(".classes") for name in arrays if name.endswith(".classes")]
    found = {name: _head(name, arrays) for name in names}
    others = {
        name: array.astype(np.float32)
        for name, array in arrays.items()
        if name.partition(".")[0] not in found and name != "data_sha256"
    }
    return Heads(found, others, str(arrays["data_sha256"]))


def _head(name: str, arrays: Mapping[str, NDArray[np.generic]]) -> Head:
    def weights(part: str) -> Floats | None:
        array = arrays.get(f"{name}.{part}")
        return None if array is None else array.astype(np.float32)

    return Head(
        classes=tuple(str(value) for value in arrays[f"{name}.classes"]),
        bias=arrays[f"{name}.bias"].astype(np.float32),
        temperature=float(arrays[f"{name}.temperature"].astype(np.float32)),
        dense=weights("dense"),
        sparse=weights("sparse"),
    )
