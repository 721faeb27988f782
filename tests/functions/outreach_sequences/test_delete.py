"""DELETE /v1/outreach/sequences/{sequence_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eal.core import aws
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline
from tests.support.sequences import SEQUENCES, active, be_ready, draft, enrolled, lead, move

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def _delete(tenant: Tenant, sequence_id: str, key: str = "") -> ApiResponse:
    return call("DELETE", f"{SEQUENCES}/{sequence_id}", key=key or tenant.admin)


def test_a_draft_is_deleted(tenant: Tenant) -> None:
    made = draft(tenant)

    assert _delete(tenant, made["id"]).status == 204
    assert call("GET", f"{SEQUENCES}/{made['id']}", key=tenant.read).status == 404
    assert _delete(tenant, made["id"]).status == 404
    path = f"/v1/audit-log?resource_type=sequence&resource_id={made['id']}"
    actions = [record["action"] for record in call("GET", path, key=tenant.read).json["data"]]
    assert actions == ["sequence.deleted", "sequence.created"]


def test_only_an_admin_deletes(tenant: Tenant) -> None:
    assert _delete(tenant, draft(tenant)["id"], tenant.write).status == 403


def test_an_active_or_paused_sequence_is_409(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)

    assert _delete(tenant, sequence["id"]).error == "conflict"
    move(tenant, sequence["id"], "paused")
    response = _delete(tenant, sequence["id"])
    assert (response.status, response.json["error"]["details"]["status"]) == (409, "paused")


def test_an_archived_sequence_is_deleted_once_its_enrollments_are_stopped(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    enrolled(tenant, sequence["id"], lead(tenant))
    move(tenant, sequence["id"], "paused")
    move(tenant, sequence["id"], "archived")

    assert _delete(tenant, sequence["id"]).status == 409
    Pipeline().run()
    assert _delete(tenant, sequence["id"]).status == 204


def test_a_deletion_does_not_read_the_closed_enrollments(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_ready(tenant)
    sequence, other = active(tenant), active(tenant)
    for number in range(3):
        enrolled(tenant, sequence["id"], lead(tenant, f"a{number}@example.com"))
    enrolled(tenant, other["id"], lead(tenant, "still@example.com"))
    move(tenant, sequence["id"], "paused")
    move(tenant, sequence["id"], "archived")
    Pipeline().run()
    send = aws.Client.call
    read: list[int] = []

    def watched(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        response = send(client, operation, arguments)
        read.extend([response["ScannedCount"]] if operation == "Query" else [])
        return response

    monkeypatch.setattr(aws.Client, "call", watched)
    response = _delete(tenant, sequence["id"])

    assert (response.status, read) == (204, [0])


def test_one_open_enrollment_among_closed_ones_keeps_a_sequence(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    closed, last = (enrolled(tenant, sequence["id"], lead(tenant, f"{name}@example.com")) for name in "ab")
    path = f"{SEQUENCES}/{sequence['id']}/enrollments"
    assert call("DELETE", f"{path}/{closed['id']}", key=tenant.write).status == 204
    body = {"to": "paused"}
    assert call("POST", f"{path}/{last['id']}/transitions", key=tenant.write, json_body=body).status == 200
    move(tenant, sequence["id"], "paused")
    move(tenant, sequence["id"], "archived")

    assert _delete(tenant, sequence["id"]).status == 409
