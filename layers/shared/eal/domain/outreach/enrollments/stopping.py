"""Stopping of enrollments: that of a converted prospect, or all of an archived sequence."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from eal.core.table.read import get_all
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from eal.domain.outreach.sequences.store import SEQUENCES

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.outreach.enrollments.messages import StopEnrollmentsTask

_PER_TRANSACTION = 20
"""Maximum number of enrollments in a transaction, with four operations each: it, two claims and the audit record."""
_MAX_PER_MESSAGE = 400
"""Maximum number of enrollments for a message. The next message continues, so that a long sequence fits into the
function's timeout."""


def stop(task: StopEnrollmentsTask) -> None:
    by = task.as_worker("stop_enrollments")
    if task.prospect_id:
        _stop_converted(task.prospect_id, by)
    elif task.sequence_id:
        _stop_archived(task.sequence_id, task.after, by)


def _stop_converted(prospect_id: str, by: Caller) -> None:
    enrollment = enrollments.find_open(by.tenant, prospect_id)
    if enrollment is None:
        return
    sequence = SEQUENCES.find(by.tenant, enrollment.sequence_id)
    if sequence is None or "converted" in sequence.stop_on:
        enrollments.stop(enrollment, "converted", by)
        by.transaction.commit()


def _stop_archived(sequence_id: str, after: str | None, by: Caller) -> None:
    sequence = SEQUENCES.find(by.tenant, sequence_id)
    if sequence is not None and sequence.status != "archived":
        return
    count = 0
    for some in batched(
        enrollments.open_after(by.tenant, sequence_id, after), _PER_TRANSACTION, strict=False
    ):
        unit = by.with_new_transaction()
        for item in get_all([ENROLLMENTS.key(by.tenant, enrollment.id) for enrollment in some]):
            # The index may have an older version.
            if item and (current := ENROLLMENTS.load(item)).is_open:
                enrollments.stop(current, "sequence_archived", unit)
        count += len(some)
        if count >= _MAX_PER_MESSAGE and not unit.transaction.is_empty:
            unit.transaction.enqueue_task(
                "stop_enrollments", {"sequence_id": sequence_id, "after": some[-1].id}
            )
            unit.transaction.commit()
            return
        unit.transaction.commit()
