"""Merkle trees as RFC 6962 hashes them: which complete subtrees a root, a path or a proof is made of, and their hashes.

Pure, and without the leaves: a caller asks here for ranges of leaves, fetches the hashes of their complete subtrees
(`eal.domain.audit_log.tree`), and folds them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256().digest()


class Range(NamedTuple):
    """The leaves from `start` to before `end`."""

    start: int
    end: int


class Node(NamedTuple):
    """A complete subtree of 2**height leaves, by its number among those of its height."""

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
        row = [inner(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range, from those of its `nodes`."""
    if not hashes:
        return EMPTY_ROOT
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = inner(left, folded)
    return folded


def nodes(leaves: Range) -> list[Node]:
    """The fewest complete subtrees that a range is made of, from left to right."""
    found = []
    start, end = leaves
    while start < end:
        height = (end - start).bit_length() - 1
        if start:  # no subtree is larger than its place allows
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

    Empty where the sizes are equal, or the old tree is empty: there is nothing to prove.
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
    # The old tree's own root is known to who asks; a subtree that both trees end with is not.
    return ([Range(start, end)] if start else []) + path[::-1]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
