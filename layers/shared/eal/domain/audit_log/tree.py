"""The Merkle tree over a tenant's audit records, stored as tiles: a proof reads a few tiles and no records.

A tile has up to 256 adjacent hashes. The hashes of level 0 are the leaves, one per record in the order of `seq`; a hash
of level n + 1 is the root over a complete tile of level n. Tiles only grow, and their content follows from the records
alone, so repeated and concurrent writes of a tile are identical.
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


class Broken(Exception):
    """A tile lacks hashes that were written to it. Nothing is signed or proved from such a tree."""


class _Tile(NamedTuple):
    level: int
    number: int


def extend(tenant: Tenant, size: int, record_hashes: Iterable[str]) -> None:
    """Add the records after the first `size`. A full or partial repetition changes nothing.

    Raises: Broken.
    """
    row = [merkle.leaf(bytes.fromhex(record_hash)) for record_hash in record_hashes]
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
    items = get_all([_tile_key(tenant, tile) for tile in read_up_to])
    tiles = {
        tile: _hashes(tile, item, end) for (tile, end), item in zip(read_up_to.items(), items, strict=True)
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


def _hashes(tile: _Tile, item: Item | None, count: int) -> list[bytes]:
    """The first `count` hashes of a tile. The tile can be larger."""
    text = base64.b64decode(cast("str", item["hashes"])) if item else b""
    if len(text) < count * _HASH_BYTES:
        raise Broken(f"tile {tile.level}-{tile.number} has {len(text) // _HASH_BYTES} of {count} hashes")
    return [text[start : start + _HASH_BYTES] for start in range(0, count * _HASH_BYTES, _HASH_BYTES)]


def _grow(tenant: Tenant, tile: _Tile, hashes: Sequence[bytes]) -> None:
    progress.grow(
        {
            **_tile_key(tenant, tile)._asdict(),
            "kind": "AUDIT_TILE",
            "size": len(hashes),
            "hashes": base64.b64encode(b"".join(hashes)).decode(),
        }
    )
