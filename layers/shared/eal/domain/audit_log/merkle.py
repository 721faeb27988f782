"""Merkle trees of RFC 6962: the complete subtrees of a root, an audit path or a consistency proof, and their hashes.

The module is pure and has no access to the leaves. The caller gets ranges of leaves here, reads the hashes of their
complete subtrees (`eal.domain.audit_log.tree`), and folds them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256().digest()


class Range(NamedTuple):
    """The leaves from `start` (inclusive) to `end` (exclusive)."""

    start: int
    end: int


class Node(NamedTuple):
    """A complete subtree of 2**height leaves. `number` counts the subtrees of this height from the left."""

    height: int
    number: int


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def inner(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete(hashes: Sequence[bytes]) -> bytes:
    """The root over 2**n hashes of one height."""
    row = list(hashes)
    while len(row) > 1:
        row = [inner(row[index], row[index + 1]) for index in range(0, len(row), 2)]
    return row[0]


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range, from the hashes of its `nodes`."""
    if not hashes:
        return EMPTY_ROOT
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = inner(left, folded)
    return folded


def nodes(leaves: Range) -> list[Node]:
    """The fewest complete subtrees that cover a range, from left to right."""
    found = []
    start, end = leaves
    while start < end:
        height = (end - start).bit_length() - 1
        if start:  # a subtree of 2**n leaves begins at a multiple of 2**n
            height = min(height, (start & -start).bit_length() - 1)
        found.append(Node(height, start >> height))
        start += 1 << height
    return found


def inclusion(index: int, size: int) -> list[Range]:
    """The ranges whose hashes are the audit path of leaf `index`, from the leaf up (RFC 6962, section 2.1.1)."""
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start = middle
    return path[::-1]


def consistency(old: int, new: int) -> list[Range]:
    """The ranges whose hashes prove that the tree of `old` leaves begins the one of `new` (section 2.1.2).

    Empty if the sizes are equal or the old tree is empty, because there is nothing to prove.
    """
    if not 0 < old < new:
        return []
    path = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start = middle
    # The verifier has the root of the old tree, but not the last subtree of the old tree.
    return ([Range(start, end)] if start else []) + path[::-1]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
