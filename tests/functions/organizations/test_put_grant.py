"""PUT /v1/organizations/me/grants/{parent_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core.clock import rfc3339
from tests.support.callrail import actions, stored
from tests.support.http import ApiResponse, call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def child(tenant: Tenant) -> Tenant:
    return new_tenant("Location", parent=tenant.id)


def _put(key: str, parent_id: str, body: object, **headers: str) -> ApiResponse:
    path = f"/v1/organizations/me/grants/{parent_id}"
    return call("PUT", path, key=key, json_body=body, headers=headers)


def _leads(parent: Tenant, child: Tenant) -> int:
    return call("GET", "/v1/leads", key=parent.read, headers={"X-EAL-Organization": child.id}).status


def test_a_grant_applies_to_the_parents_next_request(tenant: Tenant, child: Tenant) -> None:
    assert _leads(tenant, child) == 403

    response = _put(child.admin, tenant.id, {"resources": ["leads", "calls", "leads"]})

    grant = response.json
    assert (response.status, response.headers["ETag"]) == (200, '"1"')
    assert (grant["organization_id"], grant["parent_id"]) == (child.id, tenant.id)
    assert (grant["resources"], grant["expires_at"]) == (["leads", "calls"], None)
    assert _leads(tenant, child) == 200


def test_a_grant_is_replaced_as_a_whole(tenant: Tenant, child: Tenant) -> None:
    first = _put(child.admin, tenant.id, {"resources": ["leads"], "expires_at": "2099-01-01T00:00:00Z"}).json

    second = _put(child.admin, tenant.id, {"resources": ["calls"]})

    assert (second.status, second.headers["ETag"]) == (200, '"2"')
    assert (second.json["id"], second.json["created_at"]) == (first["id"], first["created_at"])
    assert (second.json["resources"], second.json["expires_at"]) == (["calls"], None)
    assert _leads(tenant, child) == 403


def test_an_identical_request_writes_nothing(tenant: Tenant, child: Tenant) -> None:
    body = {"resources": ["leads", "calls"], "expires_at": "2099-01-01T00:00:00Z"}
    first = _put(child.admin, tenant.id, body)

    again = _put(child.admin, tenant.id, {**body, "resources": ["calls", "leads"]})

    assert again.json == first.json
    assert actions("grant", child.id) == ["grant.created"]


def test_a_grant_expires_at_its_expiry(clock: Clock, tenant: Tenant, child: Tenant) -> None:
    clock.advance(minutes=1)
    end = rfc3339(clock.now().replace(microsecond=0, second=0, minute=0, hour=20))
    _put(child.admin, tenant.id, {"resources": ["leads"], "expires_at": end})
    assert _leads(tenant, child) == 200

    clock.at = clock.now().replace(microsecond=0, second=0, minute=0, hour=20)

    assert _leads(tenant, child) == 403


def test_both_organizations_have_an_audit_record(tenant: Tenant, child: Tenant) -> None:
    grant = _put(child.admin, tenant.id, {"resources": ["leads"]}).json
    _put(child.admin, tenant.id, {"resources": ["leads", "calls"]})

    for organization in (tenant.id, child.id):
        created: Any
        updated: Any
        created, updated = (
            record for record in stored("AUDIT", organization) if str(record["action"]).startswith("grant.")
        )
        assert (created["action"], updated["action"]) == ("grant.created", "grant.updated")
        for record in (created, updated):
            assert record["resource"] == {"type": "grant", "id": grant["id"]}
            assert record["actor"] == {"type": "api_key", "id": child.admin_id, "ip": "203.0.113.7"}
        assert {"field": "organization_id", "from": None, "to": child.id} in created["changes"]
        assert updated["changes"] == [{"field": "resources", "from": ["leads"], "to": ["leads", "calls"]}]


def test_if_match_guards_the_grant(tenant: Tenant, child: Tenant) -> None:
    body = {"resources": ["leads"]}

    assert _put(child.admin, tenant.id, body, **{"If-Match": '"1"'}).status == 412
    assert _put(child.admin, tenant.id, body).status == 200
    assert _put(child.admin, tenant.id, {"resources": ["calls"]}, **{"If-Match": '"1"'}).status == 200
    assert _put(child.admin, tenant.id, body, **{"If-Match": '"1"'}).status == 412
    assert _leads(tenant, child) == 403


def test_only_the_organizations_own_parent_can_be_granted(
    tenant: Tenant, child: Tenant, stranger: Tenant
) -> None:
    sibling = new_tenant("Sibling", parent=tenant.id)
    grandchild = new_tenant("Grandchild", parent=child.id)
    body = {"resources": ["leads"]}

    for giver, to in [
        (child, stranger.id),
        (child, sibling.id),
        (child, child.id),
        (child, grandchild.id),
        (grandchild, tenant.id),
        (tenant, child.id),
        (tenant, "None"),
        (stranger, tenant.id),
    ]:
        response = _put(giver.admin, to, body)
        assert (response.status, response.error) == (404, "not_found")
        assert stored("GRANT", giver.id, "both") == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/resources"),
        ({"resources": []}, "/resources"),
        ({"resources": None}, "/resources"),
        ({"resources": "leads"}, "/resources"),
        *(
            ({"resources": ["leads", name]}, "/resources/1")
            for name in (
                "api-keys",
                "integrations",
                "organizations",
                "members",
                "health",
                "*",
                "",
                "Leads",
                None,
            )
        ),
        ({"resources": ["leads"] * 21}, "/resources"),
        ({"resources": ["leads"], "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"resources": ["leads"], "expires_at": "soon"}, "/expires_at"),
        ({"resources": ["leads"], "expires_at": "2099-01-01T00:00:00"}, "/expires_at"),
        ({"resources": ["leads"], "parent_id": "org_01kq09bekje6vbq5xe2b60xtww"}, "/parent_id"),
    ],
)
def test_a_resource_that_cannot_be_granted_is_422(
    tenant: Tenant, child: Tenant, body: dict[str, object], pointer: str
) -> None:
    response = _put(child.admin, tenant.id, body)

    assert response.status == 422
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]
    assert stored("GRANT", child.id, "both") == []


def test_an_expiry_in_the_past_is_422(clock: Clock, tenant: Tenant, child: Tenant) -> None:
    body = {"resources": ["leads"], "expires_at": rfc3339(clock.now())}

    assert _put(child.admin, tenant.id, body).status == 422


def test_only_a_live_admin_key_can(tenant: Tenant, child: Tenant) -> None:
    for key in (child.test_admin, child.write, child.read):
        response = _put(key, tenant.id, {"resources": ["leads"]})
        assert (response.status, response.error) == (403, "insufficient_scope")
    assert _leads(tenant, child) == 403
