"""Pausing and resuming an enrollment by request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.errors import require_transition
from eal.domain.outreach import tenant_clock
from eal.domain.outreach.enrollments import store
from eal.domain.outreach.sequences.store import SEQUENCES

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.outreach.enrollments.model import Enrollment, EnrollmentStatus
    from eal.domain.outreach.enrollments.wire import EnrollmentTransition

_TRANSITIONS: dict[EnrollmentStatus, tuple[EnrollmentStatus, ...]] = {
    "active": ("paused",),
    "paused": ("active",),
    "completed": (),
    "stopped": (),
}


def transition(sequence_id: str, enrollment_id: str, body: EnrollmentTransition, by: Caller) -> Enrollment:
    """The enrollment, paused or resumed.

    Raises: NotFound, PreconditionFailed; IllegalTransition with `allowed`.
    """
    before = store.get_of(sequence_id, enrollment_id, by)
    by.transaction.check_if_match(before.version)
    require_transition("An enrollment", before.status, body.to, _TRANSITIONS[before.status])
    if body.to == "paused":
        return store.pause_until(before, None, by)
    now = tenant_clock.now_of(by.tenant, by.at)
    return store.resume(before, SEQUENCES.get(by.tenant, sequence_id), now, by)
