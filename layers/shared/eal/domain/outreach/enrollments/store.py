"""Enrollments in the State table: due ones in the order of their time, and claims of the address and the person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core.clock import rfc3339
from eal.core.table.collection import Collection
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get, get_all, pages, walk
from eal.domain.outreach.enrollments.model import PERSONAL, Enrollment
from eal.domain.outreach.sending import due
from eal.domain.outreach.sequences import schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.enrollments.model import StopReason
    from eal.domain.outreach.enrollments.wire import EnrollmentQuery
    from eal.domain.outreach.sequences.model import Sequence

ENROLLMENTS = Collection(
    "ENROLLMENT",
    Enrollment,
    id_prefix="enr",
    noun="enrollment",
    indexes={"sequence_id": ("gsi1", "sequence")},
    personal=PERSONAL,
)

_MAX_COUNTED_PAGES = 10


def claim_key(tenant: Tenant, claimed: str) -> Key:
    """`org_…#live#ENROLLMENT_CLAIM`, and an e-mail address or the id of a lead or prospect.

    It names the open enrollment of that address or person. A closed enrollment has no claims.
    """
    return key(tenant, "ENROLLMENT_CLAIM", claimed)


def open_partition(tenant: Tenant, sequence_id: str) -> str:
    """The gsi1 partition of the claims of people by a sequence: one for each of its open enrollments."""
    return partition(tenant, "ENROLLMENT_CLAIM", "sequence", sequence_id)


def find_open(tenant: Tenant, claimed: str) -> Enrollment | None:
    """The open enrollment of an address, or of a lead or prospect by its id."""
    claim = get(claim_key(tenant, claimed))
    return ENROLLMENTS.find(tenant, cast("str", claim["enrollment_id"])) if claim else None


def all_open(tenant: Tenant, claimed: Iterable[str | None]) -> list[Enrollment]:
    """The open enrollments of some addresses, leads and prospects."""
    keys = [claim_key(tenant, name) for name in dict.fromkeys(claimed) if name]
    claims = get_all(keys) if keys else []
    named = {cast("str", claim["enrollment_id"]) for claim in claims if claim}
    return [found for enrollment_id in sorted(named) if (found := ENROLLMENTS.find(tenant, enrollment_id))]


def due_partition(tenant: Tenant) -> str:
    """The gsi2 partition of the enrollments that are active, or paused until a time, in the order of that time."""
    return ENROLLMENTS.partition(tenant, "due")


def address_partition(tenant: Tenant, address: str) -> str:
    """The gsi2 partition of the enrollments of an address that the sender never has to look at again."""
    return ENROLLMENTS.partition(tenant, "address", address)


def item_of(enrollment: Enrollment, by: Caller) -> Item:
    """The enrollment's item: by sequence, and by the time at which the sender has to look at it, or else by address."""
    item = ENROLLMENTS.item(by.tenant, enrollment)
    if wakes_at := enrollment.wakes_at:
        item |= {
            "gsi2pk": due_partition(by.tenant),
            "gsi2sk": f"{rfc3339(wakes_at)}#{enrollment.id}",
        }
    else:
        # An erasure finds those that are closed by it: they have no claims.
        item |= {"gsi2pk": address_partition(by.tenant, enrollment.address), "gsi2sk": enrollment.id}
    return item


def replace_version(action: str, before: Enrollment, changed: Enrollment, by: Caller) -> Enrollment:
    """Write the enrollment's next version, in the caller's transaction. Releases its claims if it is closed now."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.put_version(item_of(after, by), was=before.version)
    if before.is_open and not after.is_open:
        for claimed in (after.address, after.person_id):
            by.transaction.delete(claim_key(by.tenant, claimed))
    ENROLLMENTS.audit(by.transaction, action, before, after)
    return after


def stop(enrollment: Enrollment, reason: StopReason, by: Caller) -> Enrollment:
    """Stop an open enrollment, in the caller's transaction: no further step is sent."""
    stopped = replace(
        enrollment, status="stopped", stop_reason=reason, due_at=None, resume_at=None, planned_at=None
    )
    return replace_version("enrollment.stopped", enrollment, stopped, by)


def pause_until(enrollment: Enrollment, resume_at: datetime | None, by: Caller) -> Enrollment:
    """Pause an open enrollment, in the caller's transaction, until `resume_at` or until somebody resumes it."""
    if resume_at:
        due.mark(by.tenant, resume_at)
    planned_at = enrollment.due_at or enrollment.planned_at
    paused = replace(enrollment, status="paused", due_at=None, resume_at=resume_at, planned_at=planned_at)
    return replace_version("enrollment.paused", enrollment, paused, by)


def resume(enrollment: Enrollment, sequence: Sequence, now: datetime, by: Caller) -> Enrollment:
    """Resume a paused enrollment, in the caller's transaction. Its next step is sent in the next send window, and not
    before it was due.
    """
    window, zone = sequence.send_window, enrollment.time_zone
    due_at = max(now, enrollment.planned_at or now)
    if due_at == now or not schedule.is_open(window, zone, due_at):
        due_at = schedule.next_send_at(window, zone, due_at, f"{enrollment.id}/{enrollment.step}")
    due.mark(by.tenant, due_at)
    active = replace(enrollment, status="active", due_at=due_at, resume_at=None, planned_at=None)
    return replace_version("enrollment.resumed", enrollment, active, by)


class OpenEnrollments(NamedTuple):
    """The number of open enrollments of a sequence; a lower bound if the count is not exact."""

    number: int
    is_exact: bool


NO_ENROLLMENTS = OpenEnrollments(0, True)


def count_open(tenant: Tenant, sequence_id: str) -> OpenEnrollments:
    """Counts those among the first megabytes of the sequence's enrollments: some thousands per megabyte."""
    number = 0
    for page_number, enrollments in enumerate(_pages(tenant, sequence_id, None), 1):
        number += sum(enrollment.is_open for enrollment in enrollments)
        if page_number == _MAX_COUNTED_PAGES:
            return OpenEnrollments(number, is_exact=False)
    return OpenEnrollments(number, is_exact=True)


def has_open(tenant: Tenant, sequence_id: str) -> bool:
    """Whether the sequence has open enrollments, by the claims, because a sequence keeps its closed enrollments:
    reading them all can take minutes."""
    values: dict[str, Json] = {":pk": open_partition(tenant, sequence_id)}
    return any(True for _claim in walk("gsi1pk = :pk", values, index="gsi1", limit=1))


def open_after(tenant: Tenant, sequence_id: str, enrollment_id: str | None) -> Iterator[Enrollment]:
    """The open enrollments of a sequence after one of them, oldest first. An index may lack those of the last seconds,
    and have a version that is not the newest.
    """
    for enrollments in _pages(tenant, sequence_id, enrollment_id):
        yield from (enrollment for enrollment in enrollments if enrollment.is_open)


def search(sequence_id: str, query: EnrollmentQuery, by: Caller) -> Page[Enrollment]:
    """The enrollments of a sequence, newest first."""
    filters: Filters = {
        "sequence_id": sequence_id,
        "status": query.status,
        "lead_id": query.lead_id or None,
        "prospect_id": query.prospect_id or None,
    }
    return ENROLLMENTS.search(by.tenant, query, filters)


def get_of(sequence_id: str, enrollment_id: str, by: Caller) -> Enrollment:
    """An enrollment of a sequence. Raises: NotFound."""
    found = ENROLLMENTS.get(by.tenant, enrollment_id)
    if found.sequence_id != sequence_id:
        raise ENROLLMENTS.not_found(enrollment_id)
    return found


def create(new: Enrollment, by: Caller) -> None:
    """Add a new enrollment and its claims, in the caller's transaction. The commit raises AlreadyWritten if its address
    or person is enrolled concurrently.
    """
    by.transaction.create(item_of(new, by))
    by_sequence: Item = {"gsi1pk": open_partition(by.tenant, new.sequence_id), "gsi1sk": new.id}
    for claimed, indexed in ((new.address, {}), (new.person_id, by_sequence)):
        claim = claim_key(by.tenant, claimed)
        by.transaction.create(
            {**claim._asdict(), "kind": "ENROLLMENT_CLAIM", "enrollment_id": new.id, **indexed}
        )
    ENROLLMENTS.audit(by.transaction, "enrollment.created", None, new)


def remove(sequence_id: str, enrollment_id: str, by: Caller) -> None:
    """Stop an open enrollment for good. A closed one stays as it is.

    Raises: NotFound, PreconditionFailed.
    """
    found = get_of(sequence_id, enrollment_id, by)
    by.transaction.check_if_match(found.version)
    if found.is_open:
        stop(found, "removed", by)


def _pages(tenant: Tenant, sequence_id: str, after: str | None) -> Iterator[list[Enrollment]]:
    values: dict[str, Json] = {":pk": ENROLLMENTS.partition(tenant, "sequence", sequence_id)}
    condition = "gsi1pk = :pk"
    if after:
        condition, values[":after"] = f"{condition} AND gsi1sk > :after", after
    for items in pages(condition, values, index="gsi1"):
        yield [ENROLLMENTS.load(item) for item in items]
