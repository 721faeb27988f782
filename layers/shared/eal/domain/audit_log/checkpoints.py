"""Checkpoints: signed statements of the number of records in a tenant's log and of the Merkle root over them.

Each checkpoint contains the SHA-256 of the previous one, and one item holds the newest: of two concurrent signers one
wins, so the chain never forks. A KMS key that is used for nothing else signs. The archive worker
(`eal.domain.audit_log.archive`) copies each checkpoint to the bucket, under Object Lock.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import audit, aws, ids, observe, settings
from eal.core.table.collection import Collection
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key
from eal.core.table.read import get_all, walk
from eal.core.table.write import Stale
from eal.domain.audit_log import tree
from eal.domain.audit_log.merkle import Range
from eal.domain.audit_log.model import Checkpoint

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.listing import ListQuery
    from eal.core.messages import TenantMessage
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant


CHECKPOINTS = Collection("AUDIT_CHECKPOINT", Checkpoint, id_prefix="chk", noun="checkpoint")
SIGNED_ACTION = "audit_checkpoint.signed"
"""Records of this action do not trigger a checkpoint; otherwise an idle tenant would get one every hour."""


class Forked(Exception):
    """The tree does not begin with the last signed tree, so it was tampered with. Nothing is signed."""


class LogState(NamedTuple):
    """The number of records in the tree, the last record that needs a checkpoint, and the newest checkpoint."""

    size: int
    last_to_sign: int
    newest: Checkpoint | None

    @property
    def needs_checkpoint(self) -> bool:
        return self.last_to_sign > (self.newest.size if self.newest else 0)


def log_state(tenant: Tenant) -> LogState:
    return log_state_of(*get_all(log_state_keys(tenant)))


def log_state_keys(tenant: Tenant) -> tuple[Key, Key]:
    """The keys of the items for `log_state_of`, for a caller that reads more items in the same round trip."""
    return archive_head_key(tenant), newest_key(tenant)


def log_state_of(archive_head: Item | None, newest: Item | None) -> LogState:
    return LogState(
        size=cast("int", archive_head["archived"]) if archive_head else 0,
        last_to_sign=cast("int", archive_head.get("last_to_sign", 0)) if archive_head else 0,
        newest=load(Checkpoint, newest) if newest else None,
    )


def archive_head_key(tenant: Tenant) -> Key:
    return key(tenant, "ARCHIVE", "head")


def newest_key(tenant: Tenant) -> Key:
    return key(tenant, "AUDIT_CHECKPOINT_HEAD", "newest")


def sign_new(log: TenantMessage) -> None:
    """Sign a checkpoint, unless an earlier message, or a request for a proof, has led to one."""
    state = log_state(log.tenant)
    if not state.needs_checkpoint:
        return
    by = log.as_worker("sign_checkpoints")
    with suppress(Stale):  # a concurrent request for a proof has signed
        sign(by, state)
        by.transaction.commit()


def sign(by: Caller, state: LogState | None = None) -> Checkpoint | None:
    """The newest checkpoint if it covers all archived records, else a new one in the caller's transaction.

    None if nothing is archived yet. Raises: Forked, tree.Broken.
    """
    size, _, newest = state or log_state(by.tenant)
    if size == 0 or (newest and newest.size >= size):
        return newest
    new = _signed(by, size, newest, _root(by, size, newest))
    by.transaction.create({**CHECKPOINTS.item(by.tenant, new), "version": size})
    head: Item = {
        **newest_key(by.tenant)._asdict(),
        "kind": "AUDIT_CHECKPOINT_HEAD",
        "version": size,
        **dump(new),
    }
    by.transaction.put_version(head, was=newest.size if newest else 0)
    signed: dict[str, Json] = {
        "size": size,
        "root": new.root,
        "key_id": new.key_id,
        "signature": new.signature,
    }
    by.transaction.audit(SIGNED_ACTION, new.id, audit.changes({}, signed))
    observe.count("checkpoints_signed")
    return new


def search(query: ListQuery, by: Caller) -> Page[Checkpoint]:
    return CHECKPOINTS.search(by.tenant, query)


def signed_after(tenant: Tenant, checkpoint_id: str | None) -> list[Checkpoint]:
    """The checkpoints after one, or all, oldest first. Only a few are not archived yet."""
    values: Item = {":pk": CHECKPOINTS.partition(tenant), ":after": checkpoint_id or "chk_"}
    return [CHECKPOINTS.load(item) for item in walk("pk = :pk AND sk > :after", values)]


def get_pair(checkpoint_id: str, earlier_id: str | None, by: Caller) -> tuple[Checkpoint, Checkpoint]:
    """A checkpoint and an earlier one; by default the previous one, or the checkpoint itself if it is the first.

    Raises: NotFound.
    """
    if earlier_id is None:
        (new,) = _get_all([checkpoint_id], by)
        if new.before is None:
            return new, new
        (old,) = _get_all([new.before], by)
        return new, old
    if earlier_id == checkpoint_id:
        (new,) = _get_all([checkpoint_id], by)
        return new, new
    new, old = _get_all([checkpoint_id, earlier_id], by)
    return new, old


def _get_all(checkpoint_ids: list[str], by: Caller) -> list[Checkpoint]:
    for checkpoint_id in checkpoint_ids:
        if not ids.is_id("chk", checkpoint_id):
            raise CHECKPOINTS.not_found(checkpoint_id)
    items = get_all([CHECKPOINTS.key(by.tenant, checkpoint_id) for checkpoint_id in checkpoint_ids])
    for checkpoint_id, item in zip(checkpoint_ids, items, strict=True):
        if item is None:
            raise CHECKPOINTS.not_found(checkpoint_id)
    return [CHECKPOINTS.load(item) for item in items if item]


def _root(by: Caller, size: int, newest: Checkpoint | None) -> str:
    """The root over `size` records. Raises: Forked if their tree does not begin with the last signed tree."""
    ranges = [Range(0, size)] + ([Range(0, newest.size)] if newest else [])
    root, *before = tree.read(by.tenant, ranges)
    if newest and before[0].hex() != newest.root:
        raise Forked(f"the tree of {size} records does not begin with the signed one of {newest.size}")
    return root.hex()


def _signed(by: Caller, size: int, newest: Checkpoint | None, root: str) -> Checkpoint:
    # Clocks differ. Each checkpoint is later than the previous one, so that their ids sort in the order of the chain.
    at = max(by.at, newest.signed_at + timedelta(milliseconds=1)) if newest else by.at
    public_key = _public_key(settings.signing_key())
    unsigned = Checkpoint(
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
    signed = aws.kms().sign(
        KeyId=settings.signing_key(),
        Message=unsigned.signed_text(),
        MessageType="RAW",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    return replace(unsigned, signature=base64.b64encode(signed["Signature"]).decode())


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
