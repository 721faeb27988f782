"""POST /v1/organizations/me/members."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import actions, stored
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/organizations/me/members"


def _invite(key: str, /, **body: object) -> ApiResponse:
    return call("POST", PATH, key=key, json_body={"email": "sam@example.com", "role": "member", **body})


def test_a_member_is_invited(tenant: Tenant) -> None:
    response = _invite(tenant.admin, email=" Sam@Example.COM ", name=" Sam Hill ", role="owner")

    member = response.json
    assert (response.status, response.headers["ETag"]) == (201, '"1"')
    assert member.pop("id").startswith("mem_")
    assert member.pop("invited_at").endswith("Z")
    assert member == {
        "email": "sam@example.com",
        "name": "Sam Hill",
        "role": "owner",
        "status": "invited",
        "invited_by": {"type": "api_key", "id": tenant.admin_id},
        "last_signed_in_at": None,
        "version": 1,
    }


def test_an_address_belongs_to_one_member_of_an_organization(tenant: Tenant, stranger: Tenant) -> None:
    first = _invite(tenant.admin).json

    again = _invite(tenant.admin, email="SAM@example.com", role="viewer")

    assert (again.status, again.error) == (409, "conflict")
    assert again.json["error"]["details"]["id"] == first["id"]
    assert _invite(stranger.admin).status == 201
    assert len(call("GET", PATH, key=tenant.read).json["data"]) == 1


def test_a_replay_does_not_invite_again(tenant: Tenant) -> None:
    body, headers = {"email": "sam@example.com", "role": "member"}, {"Idempotency-Key": "once"}
    first = call("POST", PATH, key=tenant.admin, json_body=body, headers=headers)

    again = call("POST", PATH, key=tenant.admin, json_body=body, headers=headers)

    assert (again.status, again.json, again.headers["Idempotent-Replayed"]) == (201, first.json, "true")
    assert actions("member", tenant.id) == ["member.invited"]


def test_the_log_has_commitments_and_the_salt_is_never_returned(tenant: Tenant) -> None:
    member = _invite(tenant.admin, name="Sam Hill").json

    record: Any = next(
        record for record in stored("AUDIT", tenant.id) if record["action"] == "member.invited"
    )

    assert record["resource"] == {"type": "member", "id": member["id"]}
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert (changes.pop("role"), changes.pop("status")) == ("member", "invited")
    assert set(changes) == {"email", "name"}
    assert all(value.startswith("hmac-sha256:") for value in changes.values())
    assert "sam@" not in json.dumps(items("AUDIT"))
    (item,) = stored("MEMBER", tenant.id, "both")
    assert str(item["salt"]) not in json.dumps([items("AUDIT"), member])


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"email": "sam"}, "/email"),
        ({"email": None}, "/email"),
        ({"role": "king"}, "/role"),
        ({"role": None}, "/role"),
        ({"name": ""}, "/name"),
        ({"name": "Sam\r\nBcc: x"}, "/name"),
        ({"status": "active"}, "/status"),
        ({"id": "mem_01kq09bekje6vbq5xe2b60xtww"}, "/id"),
    ],
)
def test_an_invalid_body_is_422(tenant: Tenant, wrong: dict[str, object], pointer: str) -> None:
    response = _invite(tenant.admin, **wrong)

    assert response.status == 422
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_only_a_live_admin_key_can(tenant: Tenant) -> None:
    for key in (tenant.test_admin, tenant.write, tenant.read):
        assert (_invite(key).status, _invite(key).error) == (403, "insufficient_scope")
    assert stored("MEMBER", tenant.id, "both") == []
