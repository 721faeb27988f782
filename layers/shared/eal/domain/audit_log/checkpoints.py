"""Checkpoints: signed statements of how many records a tenant's and mode's log had, and of the Merkle root over them.

Each names the SHA-256 of the one before, and one item says which is the newest: of two signers at once one wins, and
the chain never forks. The signature is made by a KMS key that signs and does nothing else; the bucket gets a locked
copy of each checkpoint from the archive worker (`eal.domain.audit_log.archive`).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import audit, aws, ids, observe, settings
from eal.core.errors import NotFound
from eal.core.table import page
from eal.core.table.item import Item, dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get_all, walk
from eal.domain.audit_log import tree, waiting
from eal.domain.audit_log.merkle import Range
from eal.domain.audit_log.model import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.listing import ListQuery
    from eal.core.tenancy import Tenant


class Forked(Exception):
    """The tree does not begin with the one that was signed last: it was changed, and nothing is signed."""


class Standing(NamedTuple):
    """How far a log has come: records in the tree, the last one that needs a checkpoint, the newest checkpoint."""

    size: int
    last_to_sign: int
    newest: Checkpoint | None

    @property
    def needs_checkpoint(self) -> bool:
        return self.last_to_sign > (self.newest.size if self.newest else 0)


def standing(tenant: Tenant) -> Standing:
    return standing_in(*get_all(standing_at(tenant)))


def standing_at(tenant: Tenant) -> tuple[Key, Key]:
    """The keys of the items that `standing_in` takes, for a caller that reads more in the same round trip."""
    return archive_head(tenant), newest_at(tenant)


def standing_in(archived: Item | None, newest: Item | None) -> Standing:
    return Standing(
        size=cast("int", archived["archived"]) if archived else 0,
        last_to_sign=cast("int", archived.get("calling", 0)) if archived else 0,
        newest=load(Checkpoint, newest) if newest else None,
    )


def archive_head(tenant: Tenant) -> Key:
    return key(tenant, "ARCHIVE", "head")


def newest_at(tenant: Tenant) -> Key:
    return key(tenant, "AUDIT_CHECKPOINT_HEAD", "newest")


def sign(by: Caller, known: Standing | None = None) -> Checkpoint | None:
    """The checkpoint over all archived records: the newest one if it has them, else a new one in the caller's write.

    None where nothing is archived yet. Raises: Forked, tree.Broken.
    """
    size, _, newest = known or standing(by.tenant)
    if size == 0 or (newest and newest.size >= size):
        return newest
    new = _signed(by, size, newest, _root(by, size, newest))
    base: Item = {"kind": "AUDIT_CHECKPOINT", "version": size, **dump(new)}
    by.transaction.create({**_at(by, new.id)._asdict(), **base})
    head: Item = {**newest_at(by.tenant)._asdict(), **base, "kind": "AUDIT_CHECKPOINT_HEAD"}
    by.transaction.put_version(head, was=newest.size if newest else 0)
    told: dict[str, Json] = {"size": size, "root": new.root, "key_id": new.key_id, "signature": new.signature}
    by.transaction.audit(SIGNED_ACTION, new.id, audit.changes({}, told))
    observe.count("checkpoints_signed")
    return new


SIGNED_ACTION = "audit_checkpoint.signed"
"""Records of this action do not trigger a checkpoint; otherwise an idle tenant would get one every hour."""


def search(query: ListQuery, by: Caller) -> Page[Checkpoint]:
    where = Partition(base=partition(by.tenant, "AUDIT_CHECKPOINT"), id_prefix="chk")
    return page.read(by.tenant, query, where, lambda item: load(Checkpoint, item))


def signed_after(tenant: Tenant, checkpoint_id: str | None) -> list[Checkpoint]:
    """The checkpoints after one, or all, the oldest first: the few that the archive has not taken yet."""
    base = partition(tenant, "AUDIT_CHECKPOINT")
    found = walk("pk = :pk AND sk > :after", {":pk": base, ":after": checkpoint_id or "chk_"})
    return [load(Checkpoint, item) for item in found]


def unsigned(tenant: Tenant) -> Item:
    """The index attributes of an archive's head as long as its log needs a checkpoint."""
    return waiting.marked("UNSIGNED", tenant)


def logs_to_sign(number: int) -> Iterator[Tenant]:
    """The tenants and modes of a shard whose logs need a checkpoint."""
    return waiting.logs_marked("UNSIGNED", number)


def find_pair(checkpoint_id: str, earlier_id: str | None, by: Caller) -> tuple[Checkpoint, Checkpoint]:
    """A checkpoint and another one: the one before it, if none is named, or itself where it is the first.

    Raises: NotFound.
    """
    if earlier_id is None:
        (new,) = _find_all([checkpoint_id], by)
        if new.before is None:
            return new, new
        (old,) = _find_all([new.before], by)
        return new, old
    if earlier_id == checkpoint_id:
        (new,) = _find_all([checkpoint_id], by)
        return new, new
    new, old = _find_all([checkpoint_id, earlier_id], by)
    return new, old


def _find_all(wanted: list[str], by: Caller) -> list[Checkpoint]:
    for checkpoint_id in wanted:
        if not ids.is_id("chk", checkpoint_id):
            raise _no_checkpoint(checkpoint_id)
    found = get_all([_at(by, checkpoint_id) for checkpoint_id in wanted])
    for checkpoint_id, item in zip(wanted, found, strict=True):
        if item is None:
            raise _no_checkpoint(checkpoint_id)
    return [load(Checkpoint, item) for item in found if item]


def _no_checkpoint(checkpoint_id: str) -> NotFound:
    return NotFound(f"There is no checkpoint {checkpoint_id[:40]}.")


def _at(by: Caller, checkpoint_id: str) -> Key:
    return key(by.tenant, "AUDIT_CHECKPOINT", checkpoint_id)


def _root(by: Caller, size: int, newest: Checkpoint | None) -> str:
    """The root over `size` records, which must begin with what was signed last: nothing else may ever be signed."""
    ranges = [Range(0, size)] + ([Range(0, newest.size)] if newest else [])
    root, *before = tree.read(by.tenant, ranges)
    if newest and before[0].hex() != newest.root:
        raise Forked(f"the tree of {size} records does not begin with the signed one of {newest.size}")
    return root.hex()


def _signed(by: Caller, size: int, newest: Checkpoint | None, root: str) -> Checkpoint:
    # Clocks differ: each checkpoint is later than the one before, so that their ids stand in the chain's order.
    at = max(by.at, newest.signed_at + timedelta(milliseconds=1)) if newest else by.at
    public_key = _public_key(settings.signing_key())
    stated = Checkpoint(
        id=ids.new("chk", at),
        organization_id=by.organization_id,
        mode=by.mode,
        size=size,
        root=root,
        signed_at=at,
        key_id=public_key.id,
        previous=hashlib.sha256(newest.document()).hexdigest() if newest else audit.GENESIS,
        signature="",
        public_key=public_key.pem,
        before=newest.id if newest else None,
    )
    answer = aws.kms().sign(
        KeyId=settings.signing_key(),
        Message=stated.signed_text(),
        MessageType="RAW",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    return replace(stated, signature=base64.b64encode(answer["Signature"]).decode())


class _PublicKey(NamedTuple):
    id: str
    pem: str


@cache
def _public_key(key_id: str) -> _PublicKey:
    der = aws.kms().get_public_key(KeyId=key_id)["PublicKey"]
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    pem = f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"
    return _PublicKey(hashlib.sha256(der).hexdigest(), pem)
