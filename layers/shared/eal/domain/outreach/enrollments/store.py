"""Enrollments in the State table: due ones in the order of their time, and claims of the address and the person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit
from eal.core.clock import rfc3339
from eal.core.table.collection import Collection
from eal.core.table.item import dump
from eal.core.table.keys import Key, key
from eal.core.table.read import get
from eal.domain.outreach.enrollments.model import PERSONAL, Enrollment

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.enrollments.model import StopReason

ENROLLMENTS = Collection("ENROLLMENT", Enrollment, id_prefix="enr", noun="enrollment")

_NOT_AUDITED = frozenset({"id", "created_at", "salt", "version", "updated_at"})


def claim_key(tenant: Tenant, claimed: str) -> Key:
    """`org_…#live#ENROLLMENT_CLAIM`, and an e-mail address or the id of a lead or prospect.

    It names the open enrollment of that address or person. A closed enrollment has no claims.
    """
    return key(tenant, "ENROLLMENT_CLAIM", claimed)


def find_open(tenant: Tenant, claimed: str) -> Enrollment | None:
    """The open enrollment of an address, or of a lead or prospect by its id."""
    claim = get(claim_key(tenant, claimed))
    return ENROLLMENTS.find(tenant, cast("str", claim["enrollment_id"])) if claim else None


def due_partition(tenant: Tenant) -> str:
    """The gsi2 partition of the active enrollments, in the order of `due_at`."""
    return ENROLLMENTS.partition(tenant, "due")


def item_of(enrollment: Enrollment, by: Caller) -> Item:
    """The enrollment's item: by sequence, and while it is active by the time of its next step."""
    item = ENROLLMENTS.item(by.tenant, enrollment, gsi1=("sequence", enrollment.sequence_id))
    if enrollment.due_at:
        item |= {
            "gsi2pk": due_partition(by.tenant),
            "gsi2sk": f"{rfc3339(enrollment.due_at)}#{enrollment.id}",
        }
    return item


def replace_version(action: str, before: Enrollment, changed: Enrollment, by: Caller) -> Enrollment:
    """Write the enrollment's next version, in the caller's transaction. Releases its claims if it is closed now."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.put_version(item_of(after, by), was=before.version)
    if before.is_open and not after.is_open:
        for claimed in (after.address, after.person_id):
            by.transaction.delete(claim_key(by.tenant, claimed))
    by.transaction.audit(
        action,
        after.id,
        audit.changes(_audited(dump(before)), _audited(dump(after)), personal=PERSONAL, salt=after.salt),
    )
    return after


def stop(enrollment: Enrollment, reason: StopReason, by: Caller) -> Enrollment:
    """Stop an open enrollment, in the caller's transaction: no further step is sent."""
    stopped = replace(enrollment, status="stopped", stop_reason=reason, due_at=None, resume_at=None)
    return replace_version("enrollment.stopped", enrollment, stopped, by)


def _audited(fields: Item) -> Item:
    return {name: value for name, value in fields.items() if name not in _NOT_AUDITED}
