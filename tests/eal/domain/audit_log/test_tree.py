"""The tiles of the tree do not depend on batches or killed runs, and a proof reads a few of them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from eal.core import aws, settings
from eal.core.table import progress
from eal.core.tenancy import Tenant
from eal.domain.audit_log import merkle, tree
from eal.domain.audit_log.merkle import Range
from tests.support.faults import Killed, watched_calls
from tests.support.pipeline import items
from tools import verify_audit as verifier
from tools.bench.capacity_units import item_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.table.item import Item
    from eal.core.tenancy import Mode

pytestmark = pytest.mark.usefixtures("cloud")

ORG = "org_01kq09bekje6vbq5xe2b60xtww"
MODE: Mode = "live"
SIZE = 1_000_000


def _hashes(first: int, last: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(first, last)]


def _grow(sizes: Sequence[int], mode: Mode = MODE) -> None:
    for before, after in zip((0, *sizes), sizes, strict=False):
        tree.extend(Tenant(ORG, mode), before, _hashes(before, after))


def _expected(size: int) -> bytes:
    expected = verifier.Tree()
    for record_hash in _hashes(0, size):
        expected.append(verifier.leaf_hash(record_hash))
    return bytes.fromhex(expected.root())


@pytest.mark.parametrize(
    "sizes",
    [
        (1,), (15,), (16,), (17,), (255,), (256,), (257,), (1, 2, 3), (15, 16, 17), (200, 300, 511, 513),
        (250, 257, 260), (256, 512), (1000, 1001, 1500),
    ],
    ids=str,
)  # fmt: skip
def test_the_root_does_not_depend_on_the_batches(sizes: tuple[int, ...]) -> None:
    _grow(sizes)

    for size in {1, sizes[0], sizes[-1], max(sizes[-1] - 1, 1)}:
        assert tree.read(Tenant(ORG, MODE), [Range(0, size)]) == [_expected(size)]


def test_tiles_give_inclusion_and_consistency_proofs() -> None:
    _grow((700, 1300))

    for index in (0, 255, 256, 699, 700, 1299):
        path = tree.read(Tenant(ORG, MODE), merkle.inclusion(index, 1300))
        leaf = verifier.leaf_hash(_hashes(index, index + 1)[0])
        assert (
            verifier.root_of_path(leaf, index, 1300, [node.hex() for node in path]) == _expected(1300).hex()
        )
    for old in (1, 256, 300, 700, 1024, 1299):
        path = tree.read(Tenant(ORG, MODE), merkle.consistency(old, 1300))
        roots = (_expected(old).hex(), _expected(1300).hex())
        assert verifier.roots_of_consistency(old, 1300, roots[0], [node.hex() for node in path]) == roots


def test_an_empty_proof_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        assert tree.read(Tenant(ORG, MODE), []) == []
        assert tree.read(Tenant(ORG, MODE), [Range(0, 0)]) == [merkle.EMPTY_ROOT]

    assert calls.made == []


@pytest.mark.parametrize("call_number", range(1, 9))
def test_a_second_run_writes_the_same_tiles_after_a_kill_at_each_call(
    monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    _grow((200,))
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        with contextlib.suppress(Killed):
            tree.extend(Tenant(ORG, MODE), 200, _hashes(200, 900))

    tree.extend(Tenant(ORG, MODE), 200, _hashes(200, 900))

    _grow((900,), "test")
    tiles = {mode: sorted(_tiles(mode)) for mode in ("live", "test")}
    assert tiles["live"] == tiles["test"]
    assert [name for name, _ in tiles["live"]] == ["00-0", "00-1", "00-2", "00-3", "01-0", "tail"]


def _tiles(mode: str) -> list[tuple[str, str]]:
    return [
        (item["sk"]["S"].replace("0" * 11, ""), item["hashes"]["S"])
        for item in items("AUDIT_TILE")
        if f"#{mode}#" in item["pk"]["S"]
    ]


@pytest.mark.parametrize("end", [101, 111, 112, 200, 250])
def test_a_late_run_shrinks_neither_a_tile_nor_the_tail(end: int) -> None:
    _grow((100, 300))
    before = _tiles(MODE)

    tree.extend(Tenant(ORG, MODE), 100, _hashes(100, end))

    assert _tiles(MODE) == before


@pytest.mark.parametrize("call_number", range(1, 6))
@pytest.mark.parametrize(("size", "end"), [(14, 16), (14, 18), (14, 33), (250, 260), (255, 256)])
def test_a_killed_run_hides_no_leaf_and_can_be_repeated(
    monkeypatch: pytest.MonkeyPatch, size: int, end: int, call_number: int
) -> None:
    _grow((size,))
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        with contextlib.suppress(Killed):
            tree.extend(Tenant(ORG, MODE), size, _hashes(size, end))
    assert tree.read(Tenant(ORG, MODE), [Range(0, size)]) == [_expected(size)]

    for before in range(size, end):  # as a run with a smaller segment
        tree.extend(Tenant(ORG, MODE), before, _hashes(before, before + 1))

    assert tree.read(Tenant(ORG, MODE), [Range(0, end)]) == [_expected(end)]


def test_a_tile_is_written_for_each_sixteenth_record(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    put_if_larger = progress.put_if_larger

    def recorded(item: Item) -> bool:
        written.append(str(item["sk"]))
        return put_if_larger(item)

    monkeypatch.setattr(progress, "put_if_larger", recorded)

    _grow(range(1, 65))

    assert [number for number, sk in enumerate(written, 1) if sk != "tail"] == [16, 32, 48, 64]


def test_the_longest_tail_takes_one_write_unit() -> None:
    _grow((1_023,))

    (tail,) = [item for item in items("AUDIT_TILE") if item["sk"]["S"] == "tail"]
    assert len(base64.b64decode(tail["hashes"]["S"])) == 15 * 32
    assert item_bytes(tail) + len("1000000") < 1024


def test_a_tile_that_lost_hashes_is_broken() -> None:
    _grow((300,))
    key = {"pk": {"S": f"{ORG}#{MODE}#AUDIT_TILE"}, "sk": {"S": "00-000000000001"}}
    aws.dynamodb().delete_item(TableName=settings.state_table(), Key=key)

    with pytest.raises(tree.Broken, match="tile 0-1 has 0 of 44 hashes"):
        tree.read(Tenant(ORG, MODE), [Range(0, 300)])
    with pytest.raises(tree.Broken):
        tree.extend(Tenant(ORG, MODE), 300, _hashes(300, 304))


def test_a_tree_that_lost_its_tail_is_broken() -> None:
    _grow((300,))
    key = {"pk": {"S": f"{ORG}#{MODE}#AUDIT_TILE"}, "sk": {"S": "tail"}}
    aws.dynamodb().delete_item(TableName=settings.state_table(), Key=key)

    with pytest.raises(tree.Broken, match="tile 0-1 has 32 of 44 hashes"):
        tree.read(Tenant(ORG, MODE), [Range(0, 300)])
    with pytest.raises(tree.Broken, match="tile 0-1 has 32 of 44 hashes"):
        tree.extend(Tenant(ORG, MODE), 300, _hashes(300, 301))


@pytest.mark.parametrize("sk", ["00-000000000001", "tail"])
def test_a_part_of_a_hash_is_not_a_hash(sk: str) -> None:
    _grow((300,))
    (item,) = [item for item in items("AUDIT_TILE") if item["sk"]["S"] == sk]
    cut = base64.b64decode(item["hashes"]["S"])[:-16]
    item["hashes"]["S"] = base64.b64encode(cut).decode()
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=item)

    with pytest.raises(tree.Broken, match=f"{sk} ends with a part of a hash"):
        tree.read(Tenant(ORG, MODE), [Range(0, 300)])


def test_a_tail_that_lost_a_hash_is_not_read_as_another_one() -> None:
    _grow((18,))
    (tail,) = [item for item in items("AUDIT_TILE") if item["sk"]["S"] == "tail"]
    tail["hashes"]["S"] = base64.b64encode(base64.b64decode(tail["hashes"]["S"])[:32]).decode()
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=tail)

    with pytest.raises(tree.Broken, match="the tail begins with leaf 17, within a block"):
        tree.read(Tenant(ORG, MODE), [Range(0, 18)])


@pytest.mark.parametrize("leaf", [300, 303, 304, 512, 1000])
def test_what_is_not_archived_has_no_hash(leaf: int) -> None:
    _grow((300,))

    with pytest.raises(tree.Broken):
        tree.read(Tenant(ORG, MODE), [Range(leaf, leaf + 1)])


class Uniform:
    """A tree of 1,000,000 equal leaves, so subtrees of the same height are equal."""

    def __init__(self) -> None:
        self._of_height = [verifier.leaf_hash("ab" * 32)]
        for _ in range(20):
            self._of_height.append(merkle.inner(self._of_height[-1], self._of_height[-1]))

    def hash(self, leaves: Range) -> bytes:
        return merkle.fold([self._of_height[node.height] for node in merkle.nodes(leaves)])

    def put_tile(self, sk: str) -> None:

        level, number = map(int, sk.split("-"))
        size = min((SIZE >> 8 * level) - number * 256, 256)
        hashes = base64.b64encode(self._of_height[8 * level] * size).decode()
        progress.put_if_larger(
            {"pk": f"{ORG}#{MODE}#AUDIT_TILE", "sk": sk, "kind": "AUDIT_TILE", "size": size, "hashes": hashes}
        )


@pytest.mark.parametrize(
    "ranges",
    [
        pytest.param([Range(0, SIZE)], id="root"),
        *(pytest.param(merkle.inclusion(index, SIZE), id=f"leaf {index}") for index in (0, 65_535, 500_000, 999_999)),
        *(pytest.param(merkle.consistency(old, SIZE), id=f"from {old}") for old in (1, 65_536, 500_001, 999_999)),
    ],
)  # fmt: skip
def test_a_proof_over_a_million_records_reads_at_most_six_tiles_in_one_round_trip(
    monkeypatch: pytest.MonkeyPatch, ranges: list[Range]
) -> None:
    uniform = Uniform()
    tile_keys: list[str] = []
    send = aws.dynamodb().transact_get_items
    with monkeypatch.context() as patch:

        def recorded(**arguments: object) -> object:
            gets = json.loads(json.dumps(arguments))["TransactItems"]
            tile_keys.extend(sk for request in gets if (sk := request["Get"]["Key"]["sk"]["S"]) != "tail")
            for sk in tile_keys:
                uniform.put_tile(sk)
            return send(**arguments)  # type: ignore[arg-type]

        patch.setattr(aws.dynamodb(), "transact_get_items", recorded)
        found = tree.read(Tenant(ORG, MODE), ranges)

    assert found == [uniform.hash(leaves) for leaves in ranges]
    assert 0 < len(tile_keys) <= 6, tile_keys
