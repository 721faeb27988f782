"""DELETE /v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.sequences import SEQUENCES, active, be_ready, enrolled, lead

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def enrollment(tenant: Tenant) -> dict[str, Any]:
    be_ready(tenant)
    return enrolled(tenant, active(tenant)["id"], lead(tenant))


def _delete(tenant: Tenant, enrollment: dict[str, Any], **headers: str) -> ApiResponse:
    path = f"{SEQUENCES}/{enrollment['sequence_id']}/enrollments/{enrollment['id']}"
    return call("DELETE", path, key=tenant.write, headers=headers)


def _shown(tenant: Tenant, enrollment: dict[str, Any]) -> dict[str, Any]:
    path = f"{SEQUENCES}/{enrollment['sequence_id']}/enrollments/{enrollment['id']}"
    shown: dict[str, Any] = call("GET", path, key=tenant.read).json
    return shown


def test_a_removed_enrollment_is_stopped_and_releases_its_claims(
    tenant: Tenant, enrollment: dict[str, Any]
) -> None:
    assert _delete(tenant, enrollment).status == 204

    shown = _shown(tenant, enrollment)
    assert (shown["status"], shown["stop_reason"], shown["due_at"]) == ("stopped", "removed", None)
    assert items("ENROLLMENT_CLAIM") == []
    assert not items("ENROLLMENT")[0]["gsi2pk"]["S"].endswith("#due")
    again = enrolled(tenant, enrollment["sequence_id"], {"id": enrollment["lead_id"]})
    assert again["id"] != enrollment["id"]


def test_a_second_removal_changes_nothing_and_releases_no_claim_of_a_later_enrollment(
    tenant: Tenant, enrollment: dict[str, Any]
) -> None:
    _delete(tenant, enrollment)
    enrolled(tenant, enrollment["sequence_id"], {"id": enrollment["lead_id"]})

    assert _delete(tenant, enrollment).status == 204

    assert _shown(tenant, enrollment)["version"] == 2
    assert len(items("ENROLLMENT_CLAIM")) == 2


def test_the_removal_has_an_audit_record(tenant: Tenant, enrollment: dict[str, Any]) -> None:
    _delete(tenant, enrollment)

    path = f"/v1/audit-log?resource_type=enrollment&resource_id={enrollment['id']}"
    records = call("GET", path, key=tenant.read).json["data"]
    assert [record["action"] for record in records] == ["enrollment.stopped", "enrollment.created"]


def test_if_match_refers_to_the_enrollment(tenant: Tenant, enrollment: dict[str, Any]) -> None:
    assert _delete(tenant, enrollment, **{"If-Match": '"7"'}).status == 412
    assert _delete(tenant, enrollment, **{"If-Match": '"1"'}).status == 204
