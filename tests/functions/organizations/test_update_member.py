"""PATCH /v1/organizations/me/members/{member_id}, and what only an owner may do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.sessions import invite, sign_in, signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

MEMBERS = "/v1/organizations/me/members"


def _update(key: str, member_id: str, /, **body: Any) -> ApiResponse:
    return call("PATCH", f"{MEMBERS}/{member_id}", key=key, json_body=body)


def test_a_new_role_ends_the_members_sessions(tenant: Tenant) -> None:
    dana = signed_in(tenant, "admin")

    response = _update(tenant.admin, dana.member_id, role="viewer")

    assert (response.status, response.json["role"]) == (200, "viewer")
    assert call("GET", "/v1/health", key=dana.text).status == 401
    assert call("GET", "/v1/health", key=sign_in(dana.email).text).json["scopes"] == ["read"]
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "member.updated"]
    assert record["changes"] == [{"field": "role", "from": "admin", "to": "viewer"}]


def test_a_new_name_ends_no_session_and_is_personal(tenant: Tenant) -> None:
    dana = signed_in(tenant)

    response = _update(tenant.admin, dana.member_id, name="Dana R.")

    assert response.json["name"] == "Dana R."
    assert call("GET", "/v1/session", key=dana.text).json["member"]["name"] == "Dana R."
    assert "Dana R." not in str(stored("AUDIT", tenant.id))


def test_an_unchanged_member_keeps_its_version(tenant: Tenant) -> None:
    member_id, _ = invite(tenant, "viewer")

    assert _update(tenant.admin, member_id, role="viewer").headers["ETag"] == '"1"'
    stale = call(
        "PATCH", f"{MEMBERS}/{member_id}", key=tenant.admin, json_body={}, headers={"If-Match": '"7"'}
    )
    assert stale.status == 412


@pytest.mark.parametrize("body", [{"role": None}, {"role": "king"}, {"email": "x@example.com"}])
def test_an_invalid_body_is_422(tenant: Tenant, body: dict[str, Any]) -> None:
    assert _update(tenant.admin, invite(tenant)[0], **body).status == 422


def test_only_an_owner_acts_on_owners(tenant: Tenant) -> None:
    owner, admin = signed_in(tenant, "owner"), signed_in(tenant, "admin")
    viewer_id, _ = invite(tenant, "viewer")

    refused = [
        _update(admin.text, owner.member_id, role="viewer"),
        _update(admin.text, viewer_id, role="owner"),
        _update(admin.text, admin.member_id, role="owner"),
        call("DELETE", f"{MEMBERS}/{owner.member_id}", key=admin.text),
        call("POST", MEMBERS, key=admin.text, json_body={"email": "new@example.com", "role": "owner"}),
    ]

    assert {(response.status, response.error) for response in refused} == {(403, "insufficient_scope")}
    assert _update(owner.text, viewer_id, role="owner").status == 200


def _refused(response: ApiResponse) -> tuple[int, str, object]:
    return response.status, response.error, response.json["error"]["details"].get("reason")


LAST_OWNER = (409, "conflict", "last_owner")


@pytest.mark.parametrize("role", ["admin", "member", "viewer"])
def test_the_last_owner_keeps_the_role(tenant: Tenant, role: str) -> None:
    owner = signed_in(tenant, "owner")
    signed_in(tenant, "admin")

    by_themselves = _update(owner.text, owner.member_id, role=role)
    by_a_key = _update(tenant.admin, owner.member_id, role=role)

    assert {_refused(response) for response in (by_themselves, by_a_key)} == {LAST_OWNER}
    assert "First make another member" in by_themselves.json["error"]["message"]
    assert call("GET", "/v1/session", key=owner.text).json["member"]["role"] == "owner"
    assert "member.updated" not in [record["action"] for record in stored("AUDIT", tenant.id)]


def test_the_last_owner_can_be_renamed(tenant: Tenant) -> None:
    owner = signed_in(tenant, "owner")

    assert _update(owner.text, owner.member_id, name="Dana R.", role="owner").status == 200


def test_an_owner_hands_over_to_one_who_has_signed_in(tenant: Tenant) -> None:
    """An invitation may have gone to a wrong address."""
    old, (new_id, new_email) = signed_in(tenant, "owner"), invite(tenant, "owner")

    too_early = _update(old.text, old.member_id, role="admin")
    sign_in(new_email)
    response = _update(old.text, old.member_id, role="admin")

    assert _refused(too_early) == LAST_OWNER
    assert (response.status, response.json["role"]) == (200, "admin")
    assert _refused(_update(tenant.admin, new_id, role="admin")) == LAST_OWNER


def test_an_invited_owner_is_the_last_one_too(tenant: Tenant) -> None:
    first, _ = invite(tenant, "owner")
    refused = _update(tenant.admin, first, role="viewer")

    invite(tenant, "owner")

    assert _refused(refused) == LAST_OWNER
    assert _update(tenant.admin, first, role="viewer").status == 200


def test_an_owner_of_another_organization_does_not_count(tenant: Tenant, stranger: Tenant) -> None:
    owner = signed_in(tenant, "owner")
    signed_in(stranger, "owner")

    assert _refused(_update(owner.text, owner.member_id, role="viewer")) == LAST_OWNER


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("other_method", ["PATCH", "DELETE"])
def test_of_two_owners_who_act_on_each_other_one_remains(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, method: str, other_method: str
) -> None:
    dana, sam = signed_in(tenant, "owner"), signed_in(tenant, "owner")

    def demote(how: str, by: str, member_id: str) -> ApiResponse:
        body = {"role": "viewer"} if how == "PATCH" else None
        return call(how, f"{MEMBERS}/{member_id}", key=by, json_body=body)

    first: list[ApiResponse] = []
    with overtaken(monkeypatch, lambda: first.append(demote(other_method, sam.text, dana.member_id))):
        second = demote(method, dana.text, sam.member_id)

    assert first[0].status in (200, 204)
    assert _refused(second) == LAST_OWNER
    owners = [
        member for member in call("GET", MEMBERS, key=tenant.admin).json["data"] if member["role"] == "owner"
    ]
    assert [owner["id"] for owner in owners] == [sam.member_id]


def test_owners_who_act_on_each_other_in_a_circle_leave_one(tenant: Tenant) -> None:
    owners = [signed_in(tenant, "owner") for _ in range(3)]

    with ThreadPoolExecutor(3) as pool:
        responses = list(
            pool.map(
                lambda pair: _update(pair[0].text, pair[1].member_id, role="viewer"),
                zip(owners, owners[1:] + owners[:1], strict=True),
            )
        )

    assert {response.status for response in responses} <= {200, 401, 403, 409}
    left = [
        member for member in call("GET", MEMBERS, key=tenant.admin).json["data"] if member["role"] == "owner"
    ]
    assert left


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_no_lower_role_changes_members(tenant: Tenant, role: Any) -> None:
    session = signed_in(tenant, role)

    assert _update(session.text, session.member_id, role="owner").status == 403
    assert call("DELETE", f"{MEMBERS}/{session.member_id}", key=session.text).status == 403


def test_test_mode_changes_no_member(tenant: Tenant) -> None:
    dana = signed_in(tenant, "owner", "test")

    assert _update(dana.text, dana.member_id, role="viewer").error == "insufficient_scope"


def test_a_member_of_another_tenant_is_404(tenant: Tenant, stranger: Tenant) -> None:
    assert _update(stranger.admin, invite(tenant)[0], role="viewer").status == 404
