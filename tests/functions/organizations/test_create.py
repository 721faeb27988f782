"""POST /v1/organizations."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.credentials.text import is_well_formed
from tests.support.callrail import stored
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.tenants import allow_children, limit_family

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _create(key: str, /, *, headers: dict[str, str] | None = None, **body: object) -> ApiResponse:
    body = {"name": "Acme North", **body}
    return call("POST", "/v1/organizations", key=key, json_body=body, headers=headers)


def test_a_child_is_created_with_its_first_admin_key(tenant: Tenant) -> None:
    response = _create(tenant.admin, industry="roofing", settings={"timezone": "America/Chicago"})

    child = response.json
    assert (response.status, response.headers["ETag"]) == (201, '"1"')
    assert (child["name"], child["industry"], child["version"]) == ("Acme North", "roofing", 1)
    assert child["parent_organization_id"] == tenant.id
    assert child["settings"]["timezone"] == "America/Chicago"
    key = child.pop("admin_key")
    assert is_well_formed(key["key"])
    assert key["key"].startswith("eal_live_")
    assert call("GET", "/v1/organizations/me", key=key["key"]).json == child
    (shown,) = call("GET", "/v1/api-keys", key=key["key"]).json["data"]
    assert (shown["id"], shown["scopes"], shown["mode"]) == (key["id"], ["admin"], "live")
    assert shown["expires_at"] is None


def test_a_replay_is_the_response_without_the_key(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "once"}
    first = _create(tenant.admin, headers=headers)

    again = _create(tenant.admin, headers=headers)

    expected = first.json
    expected["admin_key"]["key"] = None
    assert (again.status, again.json) == (201, expected)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json["admin_key"]["key"] not in json.dumps(items())
    assert len(call("GET", "/v1/organizations", key=tenant.admin).json["data"]) == 1


def test_the_childs_last_admin_key_cannot_be_revoked(tenant: Tenant) -> None:
    key = _create(tenant.admin).json["admin_key"]

    response = call("DELETE", f"/v1/api-keys/{key['id']}", key=key["key"])

    assert (response.status, response.error) == (409, "conflict")


def test_both_organizations_have_an_audit_record(tenant: Tenant) -> None:
    rota = [{"name": "Ann Lee", "phone": "3125550100", "days": ["sat"], "from": "08:00", "to": "17:00"}]
    child = _create(tenant.admin, settings={"on_call": rota}).json

    for organization in (tenant.id, child["id"]):
        records: list[Any] = stored("AUDIT", organization)
        (made,) = [record for record in records if record["resource"]["id"] == child["id"]]
        (key,) = [record for record in records if record["resource"]["id"] == child["admin_key"]["id"]]
        assert (made["action"], key["action"]) == ("organization.created", "api_key.created")
        assert made["actor"]["id"] == key["actor"]["id"] == tenant.admin_id
        assert {"field": "name", "from": None, "to": "Acme North"} in made["changes"]
        (people,) = [change for change in made["changes"] if change["field"] == "settings.on_call"]
        assert people["to"].startswith("hmac-sha256:")
    assert "Ann Lee" not in json.dumps(items("AUDIT"))
    assert "5550100" not in json.dumps(items("AUDIT"))


def test_a_child_has_children_only_if_the_operator_allows_it(tenant: Tenant) -> None:
    child = _create(tenant.admin).json
    refused = _create(child["admin_key"]["key"])
    allow_children(child["id"])

    grandchild = _create(child["admin_key"]["key"], name="Acme North East").json

    assert (refused.status, refused.error) == (403, "insufficient_scope")
    assert refused.json["error"]["details"]["reason"] == "child"
    assert grandchild["parent_organization_id"] == child["id"]
    assert [child["id"] for child in call("GET", "/v1/organizations", key=tenant.admin).json["data"]] == [
        child["id"]
    ]


def test_the_number_of_children_is_limited_for_the_whole_family(tenant: Tenant, stranger: Tenant) -> None:
    limit_family(tenant.id, max_children=3)
    child, _ = _create(tenant.admin).json, _create(tenant.admin).json
    allow_children(child["id"])
    assert _create(child["admin_key"]["key"]).status == 201

    refused = [_create(tenant.admin), _create(child["admin_key"]["key"])]

    assert {(response.status, response.error) for response in refused} == {(409, "conflict")}
    assert refused[0].json["error"]["details"]["limit"] == 3
    assert len(call("GET", "/v1/organizations", key=tenant.admin).json["data"]) == 2
    assert _create(stranger.admin).status == 201


def test_without_the_operator_a_family_has_25_children(tenant: Tenant) -> None:
    while (response := _create(tenant.admin)).status == 201:
        pass

    assert (response.status, response.json["error"]["details"]["limit"]) == (409, 25)
    assert len(call("GET", "/v1/organizations?limit=200", key=tenant.admin).json["data"]) == 25


def test_concurrent_requests_do_not_exceed_the_number_of_children(tenant: Tenant) -> None:
    limit_family(tenant.id, max_children=3)
    assert _create(tenant.admin).status == 201

    with ThreadPoolExecutor(8) as pool:
        rivals = list(pool.map(_create, [tenant.admin] * 8))

    assert [response.status for response in rivals].count(201) == 2
    assert {response.status for response in rivals} == {201, 409}


def test_only_a_live_admin_key_can(tenant: Tenant) -> None:
    for key in (tenant.test_admin, tenant.write, tenant.read):
        response = _create(key)
        assert (response.status, response.error) == (403, "insufficient_scope")
        details = {"reason": "test_key"} if key == tenant.test_admin else {"required": "admin"}
        assert details.items() <= response.json["error"]["details"].items()
    assert call("GET", "/v1/organizations", key=tenant.admin).json["data"] == []


@pytest.mark.parametrize(
    ("bound", "value"), [("expires_at", "2099-01-01T00:00:00Z"), ("allowed_cidrs", ["203.0.113.0/24"])]
)
def test_a_bound_key_cannot_create_a_child_because_its_admin_key_is_unbound(
    tenant: Tenant, bound: str, value: object
) -> None:
    body = {"name": "For a day", "scopes": ["admin"], bound: value}
    key = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json["key"]

    response = _create(key)

    assert (response.status, response.error) == (403, "insufficient_scope")
    assert {"reason": "bound", "bound": bound}.items() <= response.json["error"]["details"].items()
    assert call("GET", "/v1/organizations", key=tenant.admin).json["data"] == []


def test_an_invalid_body_creates_nothing(tenant: Tenant) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"name": "  "}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": None}, "/name"),
        ({"industry": ""}, "/industry"),
        ({"settings": {"timezone": "Mars/Olympus"}}, "/settings/timezone"),
        ({"parent_organization_id": tenant.id}, "/parent_organization_id"),
        ({"id": tenant.id}, "/id"),
    ]
    for wrong, pointer in refused:
        response = _create(tenant.admin, **wrong)
        assert (response.status, response.error) == (422, "validation_error"), wrong
        assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]
    assert call("GET", "/v1/organizations", key=tenant.admin).json["data"] == []


def test_nothing_is_partly_created_if_aws_fails(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.refuse = {"TransactWriteItems": "ServiceUnavailable"}
        assert _create(tenant.admin, headers={"Idempotency-Key": "once"}).status == 503

    assert call("GET", "/v1/organizations", key=tenant.admin).json["data"] == []
    assert _create(tenant.admin, headers={"Idempotency-Key": "once"}).status == 201
