"""Inclusion proofs of records and consistency proofs of checkpoints."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, cast

from eal.core import ids
from eal.core.caller import includes
from eal.core.errors import Unavailable, ValidationFailed
from eal.core.table.read import get_all
from eal.domain.audit_log import checkpoints, merkle, tree
from eal.domain.audit_log.checkpoints import SIGNED_ACTION
from eal.domain.audit_log.store import AUDIT_RECORDS, archived_item
from eal.domain.audit_log.wire import AuditRecordView, CheckpointView, ConsistencyView, ProofView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.audit_log.checkpoints import LogState
    from eal.domain.audit_log.model import AuditRecord, Checkpoint

_ARCHIVE_DELAY_SECONDS = 60
"""The archive usually has a new record by then: the delay of its queue."""
_MIN_SECONDS_BETWEEN_CHECKPOINTS = 60
"""Each checkpoint is a signature of KMS, an audit record for seven years, and an object that nobody can delete."""


def of_record(record_id: str, by: Caller) -> ProofView:
    """The inclusion proof of a record in the newest checkpoint.

    If no checkpoint covers the record, a new one is signed in the caller's transaction, at most one a minute.

    Raises: NotFound; Unavailable for a record that is not in the archive yet, or that no checkpoint covers and none may
    be signed for.
    """
    if not ids.is_id("aud", record_id):
        raise AUDIT_RECORDS.not_found(record_id)
    item, *state_items = get_all(
        [
            AUDIT_RECORDS.key(by.tenant, record_id),
            *checkpoints.log_state_keys(by.tenant),
        ]
    )
    record = AUDIT_RECORDS.load(item or archived_item(record_id, by))
    state = checkpoints.log_state_of(*state_items)
    if record.seq is None or record.seq > state.size:
        raise _not_yet("This record is being archived. Its proof will be available in about one minute.")
    checkpoint = _covering(record, record.seq, state, by)
    index = record.seq - 1
    path = tree.read(by.tenant, merkle.inclusion(index, checkpoint.size))
    return ProofView(
        record=AuditRecordView.of(record),
        leaf_index=index,
        tree_size=checkpoint.size,
        path=[node.hex() for node in path],
        checkpoint=CheckpointView.of(checkpoint),
    )


def of_consistency(checkpoint_id: str, from_id: str | None, by: Caller) -> ConsistencyView:
    """The proof that the log of a checkpoint begins with the log of an earlier one.

    Raises: NotFound; ValidationFailed if `from` is the later checkpoint.
    """
    new, old = checkpoints.get_pair(checkpoint_id, from_id, by)
    if old.size > new.size:
        message = (
            f"Must be the earlier checkpoint: it has {old.size} records, and {checkpoint_id} has {new.size}."
        )
        raise ValidationFailed.of_field("/from", message, "later", location="query")
    path = tree.read(by.tenant, merkle.consistency(old.size, new.size))
    return ConsistencyView.model_validate(
        {
            "from": CheckpointView.of(old),
            "to": CheckpointView.of(new),
            "path": [node.hex() for node in path],
        }
    )


def _covering(record: AuditRecord, seq: int, state: LogState, by: Caller) -> Checkpoint:
    newest = state.newest
    if newest and newest.size >= seq:
        return newest
    # A parent can read its child's log and cannot write to it. The record of a checkpoint would need another one, whose
    # record would need another one.
    may_sign = not by.reads_for_child and includes(by.scope, "write") and record.action != SIGNED_ACTION
    if not may_sign:
        raise _not_yet("No checkpoint covers this record yet. A checkpoint is signed every hour.")
    if newest:
        age = (by.at - newest.signed_at).total_seconds()
        if age < _MIN_SECONDS_BETWEEN_CHECKPOINTS:
            raise _not_yet(
                "No checkpoint covers this record yet, and one was signed less than a minute ago.",
                ceil(_MIN_SECONDS_BETWEEN_CHECKPOINTS - age),
            )
    return cast("Checkpoint", checkpoints.sign(by, state))


def _not_yet(message: str, seconds: int = _ARCHIVE_DELAY_SECONDS) -> Unavailable:
    unavailable = Unavailable(message)
    unavailable.headers["Retry-After"] = str(seconds)
    return unavailable
