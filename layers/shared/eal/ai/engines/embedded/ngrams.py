"""Hashed n-grams of words and characters: a sparse vector of a text, without a vocabulary.

A call has four blocks, each of length 1: words of the caller (1 to 3), characters of the caller's words (3 to 5) and
across them (4 to 6), and words of the agent (1 and 2), which differ by whether the caller affirmed or denied them. All
share the buckets.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.language.clauses import Clause

BUCKETS = 1 << 15
_CALLER_WORDS = (1, 2, 3)
_CHARACTERS_IN_WORDS = (3, 4, 5)
_CHARACTERS_ACROSS_WORDS = (4, 5, 6)
_AGENT_WORDS = (1, 2)

type Block = dict[int, float]
"""The weight of each bucket in use."""
type Sparse = tuple[NDArray[np.intp], NDArray[np.float32 | np.float64]]
"""Buckets, and a value for each."""


def of_clauses(clauses: Iterable[Clause]) -> tuple[Block, ...]:
    """The blocks of a call's clauses, in plain spelling."""
    caller, inside, across, agent = Counter[int](), Counter[int](), Counter[int](), Counter[int]()
    for clause in clauses:
        tokens = clause.text.replace(",", "").split()
        if clause.by_agent:
            prefix = "n" if clause.denied else "y" if clause.confirmed else "a"
            agent.update(_hashed(_runs(tokens, _AGENT_WORDS), prefix))
        else:
            caller.update(_hashed(_runs(tokens, _CALLER_WORDS), "w"))
            inside.update(_hashed(_inside(tokens), "c"))
            across.update(_hashed(_slices(f" {' '.join(tokens)} ", _CHARACTERS_ACROSS_WORDS), "x"))
    return tuple(_sublinear(block) for block in (caller, inside, across, agent))


def of_words(text: str) -> tuple[Block, ...]:
    """The blocks of a written text, in lower case: words and characters."""
    tokens = "".join(letter if letter.isalnum() or letter == "'" else " " for letter in text.lower()).split()
    words = Counter(_hashed(_runs(tokens, _CALLER_WORDS), "w"))
    return _sublinear(words), _sublinear(Counter(_hashed(_inside(tokens), "c")))


def weighted(blocks: Iterable[Block], idf: NDArray[np.float32 | np.float64]) -> Sparse:
    """The sparse vector: each block times the inverse document frequencies, and scaled to length 1."""
    buckets: list[int] = []
    values: list[NDArray[np.float32 | np.float64]] = []
    for block in blocks:
        if not block:
            continue
        places = list(block)
        scaled = np.fromiter(block.values(), np.float32, len(block)) * idf[places]
        values.append(scaled / max(float(np.sqrt(scaled @ scaled)), 1e-9))
        buckets += places
    return np.array(buckets, np.intp), np.concatenate(values) if values else np.zeros(0, np.float32)


def _runs(tokens: Sequence[str], sizes: Iterable[int]) -> Iterator[str]:
    for size in sizes:
        for start in range(len(tokens) - size + 1):
            yield " ".join(tokens[start : start + size])


def _inside(tokens: Iterable[str]) -> Iterator[str]:
    for token in tokens:
        yield from _slices(f" {token} ", _CHARACTERS_IN_WORDS)


def _slices(text: str, sizes: Iterable[int]) -> Iterator[str]:
    for size in sizes:
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def _hashed(grams: Iterable[str], prefix: str) -> Iterator[int]:
    for gram in grams:
        yield zlib.crc32(f"{prefix}{gram}".encode()) % BUCKETS


def _sublinear(block: Counter[int]) -> Block:
    return {bucket: 1 + math.log(count) for bucket, count in block.items()}
