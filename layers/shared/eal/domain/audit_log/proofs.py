"""Proofs against signed checkpoints: of a record, and of an earlier checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import ids
from eal.core.audit import AuditRecord
from eal.core.errors import NotFound, Unavailable, ValidationFailed
from eal.core.table.item import load
from eal.core.table.keys import key
from eal.core.table.read import get_all
from eal.domain.audit_log import checkpoints, merkle, tree
from eal.domain.audit_log.wire import AuditRecordView, CheckpointView, ConsistencyView, ProofView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.audit_log.checkpoints import Standing
    from eal.domain.audit_log.model import Checkpoint

_ARCHIVED_AFTER = "60"
"""Seconds within which the archive usually has a new record: its queue's batching window."""


def of_record(record_id: str, by: Caller) -> ProofView:
    """Where the record stands in the tree of the newest checkpoint; signs one in the caller's write if none has it yet.

    Raises: NotFound; Unavailable for a record that is not in the archive yet.
    """
    if not ids.is_id("aud", record_id):
        raise _no_record(record_id)
    item, *heads = get_all(
        [
            key(by.tenant, "AUDIT", record_id),
            *checkpoints.standing_at(by.tenant),
        ]
    )
    if item is None:
        raise _no_record(record_id)
    record = load(AuditRecord, item)
    known = checkpoints.standing_in(*heads)
    if record.seq is None or record.seq > known.size:
        raise _not_yet("This record is being archived. Its proof will be available in about one minute.")
    checkpoint = _covering(record.seq, known, by)
    index = record.seq - 1
    path = tree.read(by.tenant, merkle.inclusion(index, checkpoint.size))
    return ProofView(
        record=AuditRecordView.of(record),
        leaf_index=index,
        tree_size=checkpoint.size,
        path=[one.hex() for one in path],
        checkpoint=CheckpointView.of(checkpoint),
    )


def of_consistency(checkpoint_id: str, from_id: str | None, by: Caller) -> ConsistencyView:
    """That the log of one checkpoint begins with the log of an earlier one.

    Raises: NotFound; ValidationFailed where `from` is the later one.
    """
    new, old = checkpoints.find_pair(checkpoint_id, from_id, by)
    if old.size > new.size:
        message = (
            f"Must be the earlier checkpoint: it has {old.size} records, and {checkpoint_id} has {new.size}."
        )
        raise ValidationFailed(
            [{"pointer": "/from", "message": message, "type": "later", "location": "query"}]
        )
    path = tree.read(by.tenant, merkle.consistency(old.size, new.size))
    return ConsistencyView.model_validate(
        {
            "from": CheckpointView.of(old).model_dump(),
            "to": CheckpointView.of(new).model_dump(),
            "path": [one.hex() for one in path],
        }
    )


def _covering(seq: int, known: Standing, by: Caller) -> Checkpoint:
    if known.newest and known.newest.size >= seq:
        return known.newest
    # A parent reads its child's log and writes nothing there.
    if by.reads_for_child:
        raise _not_yet("No checkpoint covers this record yet. A checkpoint is signed every hour.")
    return cast("Checkpoint", checkpoints.sign(by, known))


def _no_record(record_id: str) -> NotFound:
    return NotFound(f"There is no audit record {record_id[:40]}.")


def _not_yet(message: str) -> Unavailable:
    unavailable = Unavailable(message)
    unavailable.headers["Retry-After"] = _ARCHIVED_AFTER
    return unavailable
