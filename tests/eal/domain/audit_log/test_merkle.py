"""Merkle trees: our proofs and the verifier, against a naive tree and published vectors."""

from __future__ import annotations

import hashlib
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.audit_log import merkle
from eal.domain.audit_log.merkle import Range
from tools import verify_audit as verifier

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Certificate Transparency's own vectors (transparency-dev/merkle, testonly): roots of one to eight leaves."""
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E, F = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
)
G = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
H = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, literally."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def hashes(leaves: Sequence[bytes], ranges: Sequence[Range]) -> list[str]:
    """The hash of each range, from complete subtrees only."""
    found = []
    for leaf_range in ranges:
        parts = [
            merkle.complete([merkle.leaf(leaf) for leaf in leaves[number << height : number + 1 << height]])
            for height, number in merkle.nodes(leaf_range)
        ]
        found.append(merkle.fold(parts).hex())
    return found


def numbered(size: int) -> list[bytes]:
    return [number.to_bytes(4) for number in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    assert hashes(LEAVES, [Range(0, size)]) == [ROOTS[size - 1]]
    tree = verifier.Tree()
    for leaf in LEAVES[:size]:
        tree.append(merkle.leaf(leaf))
    assert tree.root() == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("index", "size", "path"), [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [D, E, F]), (1, 5, [ROOTS[0], B, D])]
)
def test_published_audit_paths(index: int, size: int, path: list[str]) -> None:
    assert hashes(LEAVES, merkle.inclusion(index, size)) == path
    assert verifier.root_of_path(merkle.leaf(LEAVES[index]), index, size, path) == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [(1, 1, []), (1, 8, [A, B, C]), (2, 5, [B, D]), (6, 8, [G, E, F]), (6, 7, [G, H, F])],
)
def test_published_consistency_proofs(old: int, new: int, path: list[str]) -> None:
    assert hashes(LEAVES, merkle.consistency(old, new)) == path
    assert verifier.roots_of_consistency(old, new, ROOTS[old - 1], path) == (ROOTS[old - 1], ROOTS[new - 1])


def test_the_root_of_an_empty_tree_is_the_hash_of_no_bytes() -> None:
    assert hashes([], [Range(0, 0)]) == [verifier.Tree().root()] == [hashlib.sha256().hexdigest()]
    assert merkle.consistency(0, 5) == []
    assert verifier.roots_of_consistency(0, 5, ROOTS[0], []) is None


@given(st.integers(1, 600))
def test_a_root_equals_the_naive_one(size: int) -> None:
    leaves = numbered(size)
    tree = verifier.Tree()
    for leaf in leaves:
        tree.append(merkle.leaf(leaf))

    assert hashes(leaves, [Range(0, size)]) == [naive_root(leaves).hex()] == [tree.root()]


@given(st.data(), st.integers(1, 300))
def test_an_audit_path_proves_its_leaf_and_no_other(data: st.DataObject, size: int) -> None:
    leaves = numbered(size)
    root = naive_root(leaves).hex()
    index = data.draw(st.integers(0, size - 1))
    path = hashes(leaves, merkle.inclusion(index, size))

    assert verifier.root_of_path(merkle.leaf(leaves[index]), index, size, path) == root
    assert len(path) <= (size - 1).bit_length()
    assert verifier.root_of_path(merkle.leaf(b"another"), index, size, path) != root
    other = data.draw(st.integers(-1, size + 1).filter(lambda drawn: drawn != index))
    assert verifier.root_of_path(merkle.leaf(leaves[index]), other, size, path) != root
    assert verifier.root_of_path(merkle.leaf(leaves[index]), index, size, [*path, A]) is None
    if path:
        assert verifier.root_of_path(merkle.leaf(leaves[index]), index, size, path[:-1]) is None
        changed = data.draw(st.integers(0, len(path) - 1))
        wrong = [A if position == changed else node for position, node in enumerate(path)]
        assert verifier.root_of_path(merkle.leaf(leaves[index]), index, size, wrong) != root


@given(st.data(), st.integers(1, 300))
def test_a_consistency_proof_accepts_a_grown_tree_and_rejects_a_rewritten_one(
    data: st.DataObject, new: int
) -> None:
    leaves = numbered(new)
    old = data.draw(st.integers(1, new))
    old_root, new_root = naive_root(leaves[:old]).hex(), naive_root(leaves).hex()
    path = hashes(leaves, merkle.consistency(old, new))

    assert verifier.roots_of_consistency(old, new, old_root, path) == (old_root, new_root)
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [b"rewritten" if at == changed else leaf for at, leaf in enumerate(leaves)]
    wrong = hashes(rewritten, merkle.consistency(old, new))
    assert verifier.roots_of_consistency(old, new, old_root, wrong) != (old_root, naive_root(rewritten).hex())
    assert verifier.roots_of_consistency(old, new, old_root, [*path, A]) != (old_root, new_root)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_complete_subtrees_of_a_range_cover_it_from_left_to_right(start: int, length: int) -> None:
    covered = []
    for height, number in merkle.nodes(Range(start, start + length)):
        covered += [number << height, (number + 1) << height]

    inner = covered[1:-1]
    assert covered == [] if not length else (covered[0], covered[-1]) == (start, start + length)
    assert inner[::2] == inner[1::2]


@given(st.text(alphabet=string.hexdigits), st.integers(-2, 70), st.integers(-2, 70))
def test_a_malformed_path_is_rejected_or_leads_to_another_root(text: str, index: int, size: int) -> None:
    path = [text[start : start + 2] for start in range(0, len(text) - len(text) % 2, 2)]

    assert verifier.root_of_path(merkle.leaf(b"x"), index, size, path) != ROOTS[0]
    assert verifier.roots_of_consistency(index, size, ROOTS[0], path) != (ROOTS[0], ROOTS[1])
