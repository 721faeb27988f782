"""DELETE /v1/organizations/me/grants/{parent_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.http import ApiResponse, call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/organizations/me/grants"


@pytest.fixture
def child(tenant: Tenant) -> Tenant:
    child = new_tenant("Location", parent=tenant.id)
    body = {"resources": ["leads", "calls"]}
    assert call("PUT", f"{PATH}/{tenant.id}", key=child.admin, json_body=body).status == 200
    return child


def _revoke(key: str, parent_id: str, **headers: str) -> ApiResponse:
    return call("DELETE", f"{PATH}/{parent_id}", key=key, headers=headers)


def _leads(parent: Tenant, child: Tenant) -> int:
    return call("GET", "/v1/leads", key=parent.read, headers={"X-EAL-Organization": child.id}).status


def test_the_parents_next_request_is_refused(tenant: Tenant, child: Tenant) -> None:
    assert _leads(tenant, child) == 200

    response = _revoke(child.admin, tenant.id)

    assert (response.status, response.text) == (204, "")
    assert _leads(tenant, child) == 403
    assert call("GET", PATH, key=child.admin).json["data"] == []
    assert _revoke(child.admin, tenant.id).status == 404


def test_a_revoked_grant_can_be_given_again(tenant: Tenant, child: Tenant) -> None:
    _revoke(child.admin, tenant.id)

    again = call("PUT", f"{PATH}/{tenant.id}", key=child.admin, json_body={"resources": ["leads"]})

    assert (again.status, again.json["version"]) == (200, 1)
    assert _leads(tenant, child) == 200


def test_both_organizations_have_an_audit_record(tenant: Tenant, child: Tenant) -> None:
    _revoke(child.admin, tenant.id)

    for organization in (tenant.id, child.id):
        record: Any = next(
            record for record in stored("AUDIT", organization) if record["action"] == "grant.revoked"
        )
        assert {"field": "organization_id", "from": child.id, "to": None} in record["changes"]
        assert {"field": "resources", "from": ["leads", "calls"], "to": None} in record["changes"]


def test_another_version_than_the_callers_is_not_deleted(tenant: Tenant, child: Tenant) -> None:
    assert _revoke(child.admin, tenant.id, **{"If-Match": '"2"'}).status == 412
    assert _leads(tenant, child) == 200
    assert _revoke(child.admin, tenant.id, **{"If-Match": '"1"'}).status == 204


def test_no_other_key_can(tenant: Tenant, child: Tenant, stranger: Tenant) -> None:
    sibling = new_tenant("Sibling", parent=tenant.id)

    for key in (sibling.admin, stranger.admin, tenant.admin):
        assert _revoke(key, tenant.id).error == "not_found"
    for key in (child.test_admin, child.write, child.read):
        assert _revoke(key, tenant.id).error == "insufficient_scope"
    assert _revoke(child.admin, stranger.id).error == "not_found"
    assert _leads(tenant, child) == 200
