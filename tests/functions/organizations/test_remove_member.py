"""DELETE /v1/organizations/me/members/{member_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.sessions import signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/organizations/me/members"
BODY = {"email": "sam@example.com", "name": "Sam Hill", "role": "admin"}


@pytest.fixture
def member_id(tenant: Tenant) -> str:
    return str(call("POST", PATH, key=tenant.admin, json_body=BODY).json["id"])


def _remove(key: str, member_id: str, **headers: str) -> ApiResponse:
    return call("DELETE", f"{PATH}/{member_id}", key=key, headers=headers)


def test_a_removed_member_is_deleted_completely(tenant: Tenant, member_id: str) -> None:
    response = _remove(tenant.admin, member_id)

    assert (response.status, response.text) == (204, "")
    assert call("GET", PATH, key=tenant.read).json["data"] == []
    assert _remove(tenant.admin, member_id).status == 404
    assert "sam@example.com" not in json.dumps(items())
    assert "Sam Hill" not in json.dumps(items())
    record: Any = next(
        record for record in stored("AUDIT", tenant.id) if record["action"] == "member.removed"
    )
    assert {change["field"]: change["from"] for change in record["changes"]}["role"] == "admin"


def test_the_address_can_be_invited_again(tenant: Tenant, member_id: str) -> None:
    _remove(tenant.admin, member_id)

    again = call("POST", PATH, key=tenant.admin, json_body=BODY)

    assert again.status == 201
    assert again.json["id"] != member_id


def test_another_version_than_the_callers_is_not_deleted(tenant: Tenant, member_id: str) -> None:
    assert _remove(tenant.admin, member_id, **{"If-Match": '"2"'}).status == 412
    assert _remove(tenant.admin, member_id, **{"If-Match": '"1"'}).status == 204


def test_the_last_owner_stays(tenant: Tenant) -> None:
    owner = signed_in(tenant, "owner")

    responses = [_remove(key, owner.member_id) for key in (owner.text, tenant.admin)]

    assert {(response.status, response.error) for response in responses} == {(409, "conflict")}
    assert {response.json["error"]["details"]["reason"] for response in responses} == {"last_owner"}
    assert call("GET", "/v1/session", key=owner.text).status == 200
    other = signed_in(tenant, "owner")
    assert _remove(owner.text, owner.member_id).status == 204
    assert _remove(tenant.admin, other.member_id).status == 409


def test_no_other_key_can(tenant: Tenant, stranger: Tenant, member_id: str) -> None:
    assert _remove(stranger.admin, member_id).error == "not_found"
    for key in (tenant.test_admin, tenant.write, tenant.read):
        assert _remove(key, member_id).error == "insufficient_scope"
    assert len(call("GET", PATH, key=tenant.read).json["data"]) == 1
