"""PATCH /v1/organizations/{organization_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.support.callrail import stored
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def child(tenant: Tenant) -> Tenant:
    return new_tenant("Location", parent=tenant.id)


def _patch(key: str, organization_id: str, body: dict[str, object], **headers: str) -> ApiResponse:
    path = f"/v1/organizations/{organization_id}"
    return call("PATCH", path, key=key, json_body=body, headers=headers)


def test_the_parent_updates_the_childs_record(tenant: Tenant, child: Tenant) -> None:
    response = _patch(tenant.admin, child.id, {"name": "Renamed", "settings": {"ai": {"enabled": False}}})

    assert (response.status, response.headers["ETag"]) == (200, '"2"')
    assert (response.json["name"], response.json["settings"]["ai"]["enabled"]) == ("Renamed", False)
    assert call("GET", "/v1/organizations/me", key=child.read).json == response.json


def test_both_organizations_have_an_audit_record_without_personal_values(
    tenant: Tenant, child: Tenant
) -> None:
    sender = {"name": "Ann Lee", "email": "ann@example.com", "postal_address": "1 Main St"}
    _patch(tenant.admin, child.id, {"name": "Renamed", "settings": {"sender": sender}})

    for organization in (tenant.id, child.id):
        found = [
            record for record in stored("AUDIT", organization) if record["action"] == "organization.updated"
        ]
        (record,) = cast("list[Any]", found)
        assert record["resource"] == {"type": "organization", "id": child.id}
        name, settings = record["changes"]
        assert name == {"field": "name", "from": "Location", "to": "Renamed"}
        assert (settings["field"], settings["from"]) == ("settings.sender", None)
        assert settings["to"].startswith("hmac-sha256:")
    for personal in ("Ann Lee", "ann@example.com", "1 Main St"):
        assert personal not in json.dumps(items("AUDIT"))


def test_if_match_guards_the_change(tenant: Tenant, child: Tenant) -> None:
    assert _patch(tenant.admin, child.id, {"name": "A"}, **{"If-Match": '"1"'}).status == 200
    assert _patch(tenant.admin, child.id, {"name": "B"}, **{"If-Match": '"1"'}).status == 412
    assert _patch(tenant.admin, child.id, {"name": "A"}, **{"If-Match": '"1"'}).status == 412


def test_no_other_key_can(tenant: Tenant, child: Tenant, stranger: Tenant) -> None:
    sibling = new_tenant("Sibling", parent=tenant.id)
    grandchild = new_tenant("Grandchild", parent=child.id)

    for key, organization_id in [
        (stranger.admin, child.id),
        (sibling.admin, child.id),
        (child.admin, child.id),
        (child.admin, tenant.id),
        (tenant.admin, grandchild.id),
        (tenant.admin, tenant.id),
    ]:
        response = _patch(key, organization_id, {"name": "Taken"})
        assert (response.status, response.error) == (404, "not_found")
    for key in (tenant.test_admin, tenant.write, tenant.read):
        assert _patch(key, child.id, {"name": "Taken"}).error == "insufficient_scope"
    for organization in (tenant, child, sibling, grandchild, stranger):
        assert call("GET", "/v1/organizations/me", key=organization.read).json["version"] == 1
