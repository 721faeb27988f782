"""The Merkle tree over a tenant's audit records, stored as tiles: a proof reads a few tiles and no records.

A tile has up to 256 adjacent hashes. The hashes of level 0 are the leaves, one per record in the order of `seq`; a hash
of level n + 1 is the root over a complete tile of level n. Tiles only grow, and their content follows from the records
alone, so repeated and concurrent writes of a tile are identical.

Leaves enter a tile sixteen at a time. Until then they are in one small item, the tail: otherwise each record would
rewrite a whole tile, which takes up to eleven write units.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core.table import progress
from eal.core.table.keys import Key, key
from eal.core.table.read import get, get_all
from eal.domain.audit_log import merkle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.merkle import Node, Range

_HEIGHT = 8
_WIDTH = 1 << _HEIGHT
_HASH_BYTES = 32
_BLOCK = 16
"""The number of leaves that enter a tile together. A divisor of `_WIDTH`, so that a block is in one tile."""


class Broken(Exception):
    """Hashes that were written are missing. Nothing is signed or proved from such a tree."""


class _Tile(NamedTuple):
    level: int
    number: int


class _Tail(NamedTuple):
    """Leaves from number `start` on, the first of a block. A tile may have them meanwhile."""

    start: int
    leaves: list[bytes]


def extend(tenant: Tenant, size: int, record_hashes: Iterable[str]) -> None:
    """Add the records after the first `size`. A full or partial repetition changes nothing.

    Raises: Broken.
    """
    start = size - size % _BLOCK
    leaves = _leaves_of_block(tenant, start, size)
    leaves += [merkle.leaf(bytes.fromhex(record_hash)) for record_hash in record_hashes]
    tiled = len(leaves) - len(leaves) % _BLOCK
    # The tile first, so that a reader finds each leaf in one of the two.
    _extend_tiles(tenant, start, leaves[:tiled])
    if leaves[tiled:]:
        _put_tail(tenant, _Tail(start + tiled, leaves[tiled:]))


def _leaves_of_block(tenant: Tenant, start: int, size: int) -> list[bytes]:
    """The leaves from `start` to `size`. Raises: Broken."""
    if start == size:
        return []
    tail = _tail_of(get(_tail_key(tenant)))
    if tail.start == start and len(tail.leaves) >= size - start:
        return tail.leaves[: size - start]
    # A tile has them if a killed run completed the block.
    number, first = divmod(start, _WIDTH)
    tile = _Tile(0, number)
    return _hashes(tile, get(_tile_key(tenant, tile)), first + size - start)[first:]


def _extend_tiles(tenant: Tenant, size: int, row: list[bytes]) -> None:
    """Add leaves after the first `size`, and what follows at the levels above. Raises: Broken."""
    level = 0
    while row:
        first, kept = divmod(size, _WIDTH)
        if kept:
            row = _hashes(_Tile(level, first), get(_tile_key(tenant, _Tile(level, first))), kept) + row
        tiles = [row[start : start + _WIDTH] for start in range(0, len(row), _WIDTH)]
        for number, hashes in enumerate(tiles):
            _grow(tenant, _Tile(level, first + number), hashes)
        row = [merkle.complete(hashes) for hashes in tiles if len(hashes) == _WIDTH]
        level, size = level + 1, first


def read(tenant: Tenant, ranges: Sequence[Range]) -> list[bytes]:
    """The hash of each range of leaves, in one round trip. The tree must contain all ranges.

    Raises: Broken; Unavailable.
    """
    nodes_by_range = [merkle.nodes(leaves) for leaves in ranges]
    read_up_to: dict[_Tile, int] = {}
    for node in (node for nodes in nodes_by_range for node in nodes):
        tile, _, end = _location(node)
        read_up_to[tile] = max(end, read_up_to.get(tile, 0))
    if not read_up_to:
        return [merkle.fold([]) for _ in ranges]
    stored_tail, *items = get_all([_tail_key(tenant), *(_tile_key(tenant, tile) for tile in read_up_to)])
    tail = _tail_of(stored_tail)
    tiles = {
        tile: _hashes(tile, item, end, tail)
        for (tile, end), item in zip(read_up_to.items(), items, strict=True)
    }
    return [merkle.fold([_node(tiles, node) for node in nodes]) for nodes in nodes_by_range]


def _location(node: Node) -> tuple[_Tile, int, int]:
    """The tile from which a node's hash is computed, and the range of its hashes there."""
    level, above = divmod(node.height, _HEIGHT)
    number, start = divmod(node.number << above, _WIDTH)
    return _Tile(level, number), start, start + (1 << above)


def _node(tiles: dict[_Tile, list[bytes]], node: Node) -> bytes:
    tile, start, end = _location(node)
    return merkle.complete(tiles[tile][start:end])


def _tile_key(tenant: Tenant, tile: _Tile) -> Key:
    """`org_…#live#AUDIT_TILE`, `00-000000000012`: level and number."""
    return key(tenant, "AUDIT_TILE", f"{tile.level:02d}-{tile.number:012d}")


def _tail_key(tenant: Tenant) -> Key:
    return key(tenant, "AUDIT_TILE", "tail")


def _tail_of(item: Item | None) -> _Tail:
    """Empty if there is none. Raises: Broken."""
    if item is None:
        return _Tail(0, [])
    leaves = _split(item)
    start = cast("int", item["size"]) - len(leaves)
    if start % _BLOCK:
        raise Broken(f"the tail begins with leaf {start}, within a block")
    return _Tail(start, leaves)


def _put_tail(tenant: Tenant, tail: _Tail) -> None:
    """`size` is that of the whole tree: a late run does not take the tail back."""
    _put(_tail_key(tenant), tail.start + len(tail.leaves), tail.leaves)


def _hashes(tile: _Tile, item: Item | None, count: int, tail: _Tail | None = None) -> list[bytes]:
    """The first `count` hashes of a tile, of which the last can be in the tail. The tile can be larger.

    Raises: Broken.
    """
    hashes = _split(item) if item else []
    if tail and tile.level == 0 and len(hashes) < count:
        before_tail = tail.start - tile.number * _WIDTH
        if 0 <= before_tail <= len(hashes) < before_tail + len(tail.leaves):
            hashes = hashes[:before_tail] + tail.leaves
    if len(hashes) < count:
        raise Broken(f"tile {tile.level}-{tile.number} has {len(hashes)} of {count} hashes")
    return hashes[:count]


def _split(item: Item) -> list[bytes]:
    """The hashes of a tile or of the tail. Raises: Broken."""
    content = base64.b64decode(cast("str", item["hashes"]))
    if len(content) % _HASH_BYTES:
        raise Broken(f"{item['sk']} ends with a part of a hash")
    return [content[start : start + _HASH_BYTES] for start in range(0, len(content), _HASH_BYTES)]


def _grow(tenant: Tenant, tile: _Tile, hashes: Sequence[bytes]) -> None:
    _put(_tile_key(tenant, tile), len(hashes), hashes)


def _put(item_key: Key, size: int, hashes: Sequence[bytes]) -> None:
    text = base64.b64encode(b"".join(hashes)).decode()
    progress.put_if_larger({**item_key._asdict(), "kind": "AUDIT_TILE", "size": size, "hashes": text})
