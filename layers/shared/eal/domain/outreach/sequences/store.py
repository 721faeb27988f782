"""Sequences in the State table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.errors import Conflict, IllegalTransition, ValidationFailed, require_transition
from eal.core.table.collection import Collection
from eal.core.table.item import patched
from eal.domain.leads.limits import json_size
from eal.domain.outreach import tenant_clock
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.sending import due
from eal.domain.outreach.sequences.model import MAX_JSON_BYTES, TRANSITIONS, Sequence

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.page import Page
    from eal.domain.outreach.enrollments.store import OpenEnrollments
    from eal.domain.outreach.sequences.model import SequenceStatus
    from eal.domain.outreach.sequences.wire import (
        SequenceCreate,
        SequenceQuery,
        SequenceTransition,
        SequenceUpdate,
    )

SEQUENCES = Collection(
    "OUTREACH_SEQUENCE", Sequence, id_prefix="seq", noun="sequence", indexes={"status": ("gsi1", "status")}
)
"""SEQUENCE is the kind of the items that number the outbox."""


def add(body: SequenceCreate, by: Caller) -> Sequence:
    """A new draft. Raises: ValidationFailed if it is too large."""
    empty = Sequence(id=ids.new("seq", by.at), name=body.name, created_at=by.at, updated_at=by.at, version=1)
    new = patched(empty, body)
    _check_size(new)
    by.transaction.create(SEQUENCES.item(by.tenant, new))
    SEQUENCES.audit(by.transaction, "sequence.created", None, new)
    return new


def search(query: SequenceQuery, by: Caller) -> Page[Sequence]:
    """Sequences, newest first."""
    return SEQUENCES.search(by.tenant, query, {"status": query.status})


def update(sequence_id: str, body: SequenceUpdate, by: Caller) -> tuple[Sequence, OpenEnrollments]:
    """The sequence with the fields of the body, and how many open enrollments follow it.

    Raises: NotFound, PreconditionFailed; IllegalTransition if it is archived; ValidationFailed if it is too large or
    active and does not pass the pre-flight.
    """
    before = SEQUENCES.get(by.tenant, sequence_id)
    by.transaction.check_if_match(before.version)
    if before.status == "archived":
        raise IllegalTransition("An archived sequence cannot change.", status="archived", allowed=[])
    for name in ("name", "steps", "send_window", "stop_on"):
        if name in body.model_fields_set and getattr(body, name) is None:
            raise ValidationFailed.of_field(f"/{name}", "Must not be null.", "null_forbidden")
    after = patched(before, body)
    _check_size(after)
    open_enrollments = enrollments.NO_ENROLLMENTS
    if before.status != "draft":
        open_enrollments = enrollments.count_open(by.tenant, before.id)
    if after == before:
        return before, open_enrollments
    if before.status == "active":
        _check_preflight(after, by)
    return _replace("sequence.updated", before, after, by), open_enrollments


def transition(sequence_id: str, body: SequenceTransition, by: Caller) -> Sequence:
    """The sequence in its new status. If it becomes archived, a worker stops its open enrollments.

    Raises: NotFound, PreconditionFailed; IllegalTransition with `allowed`; ValidationFailed with everything that keeps
    it from being active.
    """
    before = SEQUENCES.get(by.tenant, sequence_id)
    by.transaction.check_if_match(before.version)
    require_transition("A sequence", before.status, body.to, TRANSITIONS[before.status])
    if body.to == "archived":
        by.transaction.enqueue_task("stop_enrollments", {"sequence_id": before.id})
    if body.to != "active":
        return _replace("sequence.transitioned", before, replace(before, status=body.to), by)
    _check_preflight(before, by)
    # What became due in a pause has no due marker any more.
    due.mark(by.tenant, tenant_clock.now_of(by.tenant, by.at))
    after = replace(before, status="active", activated_at=by.at)
    return _replace("sequence.transitioned", before, after, by)


def remove(sequence_id: str, by: Caller) -> None:
    """Delete a draft, or an archived sequence without open enrollments. Closed enrollments and sent e-mails stay.

    Raises: NotFound, PreconditionFailed; Conflict.
    """
    before = SEQUENCES.get(by.tenant, sequence_id)
    by.transaction.check_if_match(before.version)
    removable: tuple[SequenceStatus, ...] = ("draft", "archived")
    if before.status not in removable:
        raise Conflict(
            f"Only a draft or an archived sequence can be deleted. This one is {before.status}.",
            status=before.status,
        )
    if before.status == "archived" and enrollments.has_open(by.tenant, before.id):
        raise Conflict("The sequence has open enrollments, which are being stopped. Try again in a minute.")
    by.transaction.delete(SEQUENCES.key(by.tenant, before.id), was=before.version)
    SEQUENCES.audit(by.transaction, "sequence.deleted", before, None)


def _check_preflight(sequence: Sequence, by: Caller) -> None:
    from eal.domain.outreach.sequences import preflight  # imports the integrations

    if faults := preflight.faults(sequence, by):
        raise ValidationFailed(faults)


def _replace(action: str, before: Sequence, changed: Sequence, by: Caller) -> Sequence:
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.replace(SEQUENCES.item(by.tenant, after), was=before.version)
    SEQUENCES.audit(by.transaction, action, before, after)
    return after


def _check_size(sequence: Sequence) -> None:
    if json_size(SEQUENCES.audited(sequence)) > MAX_JSON_BYTES:
        raise ValidationFailed.of_field(
            "", f"A sequence must be at most {MAX_JSON_BYTES} bytes of JSON. Shorten it.", "too_long"
        )
