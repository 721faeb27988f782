"""PATCH /v1/webhooks/{webhook_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.webhooks import register

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PUBLIC = "https://93.184.215.14/hooks"


@pytest.fixture
def webhook(clock: Clock, tenant: Tenant) -> dict[str, Any]:
    made = register(tenant, PUBLIC, ["lead.created"], description="CRM", rate_limit=60)
    clock.advance(minutes=1)
    return {name: value for name, value in made.items() if name != "secret"}


def _update(tenant: Tenant, webhook: dict[str, Any], **changes: object) -> ApiResponse:
    return call("PATCH", f"/v1/webhooks/{webhook['id']}", key=tenant.admin, json_body=changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "https://93.184.215.14/elsewhere?token=hush"),
        ("events", ["lead.updated", "call.received"]),
        ("description", None),
        ("rate_limit", 1),
        ("rate_limit", None),
        ("filter", {"data.score": {"gt": 50, "lt": 90.5}, "data.email": {"exists": True}}),
    ],
)
def test_only_the_fields_in_the_body_change(
    tenant: Tenant, webhook: dict[str, Any], name: str, value: object
) -> None:
    response = _update(tenant, webhook, **{name: value})

    assert response.status == 200
    assert response.json == {
        **webhook,
        name: value,
        "version": 2,
        "updated_at": "2026-04-24T17:43:11.314Z",
    }
    assert response.headers["ETag"] == '"2"'
    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.admin).json == response.json


def test_a_filter_of_maximum_size_can_be_replaced(tenant: Tenant, webhook: dict[str, Any]) -> None:
    for letter in "ab":
        filter_ = {"data.email": {"in": [letter * 490 + str(number) for number in range(32)]}}
        response = _update(tenant, webhook, filter=filter_)
        assert (response.status, response.json["filter"]) == (200, filter_)


def test_null_removes_the_filter(tenant: Tenant, webhook: dict[str, Any]) -> None:
    _update(tenant, webhook, filter={"data.status": {"eq": "new"}})

    assert _update(tenant, webhook, filter=None).json["filter"] == {}


def test_the_owner_disables_and_enables(tenant: Tenant, webhook: dict[str, Any]) -> None:
    off = _update(tenant, webhook, enabled=False).json
    assert (off["enabled"], off["disabled_reason"], off["disabled_at"]) == (
        False,
        "requested",
        "2026-04-24T17:43:11.314Z",
    )

    on = _update(tenant, webhook, enabled=True).json
    assert (on["enabled"], on["disabled_reason"], on["disabled_at"]) == (True, None, None)


def test_equal_values_change_nothing(tenant: Tenant, webhook: dict[str, Any]) -> None:
    before = len(items("AUDIT"))

    same = {name: webhook[name] for name in ("url", "events", "description", "enabled", "rate_limit")}
    assert _update(tenant, webhook, **same, filter={}).json == webhook
    assert _update(tenant, webhook).json == webhook
    assert len(items("AUDIT")) == before


@pytest.mark.parametrize(
    ("change", "pointer", "kind"),
    [
        ({"url": "https://10.0.0.8/"}, "/url", "blocked_address"),
        ({"url": None}, "/url", "value_error"),
        ({"events": None}, "/events", "value_error"),
        ({"events": []}, "/events", "too_short"),
        ({"enabled": None}, "/enabled", "value_error"),
        ({"enabled": "off"}, "/enabled", "bool_type"),
        ({"rate_limit": 0}, "/rate_limit", "greater_than_equal"),
        ({"rate_limit": 60_001}, "/rate_limit", "less_than_equal"),
        ({"rate_limit": "60"}, "/rate_limit", "int_type"),
        ({"filter": {"data.colour": {"eq": "red"}}}, "/filter/data.colour", "unknown_path"),
        ({"filter": {"status": {"eq": "new"}}}, "/filter/status", "unknown_path"),
        ({"filter": {"data.status": {"near": "new"}}}, "/filter/data.status/near", "extra_forbidden"),
        ({"filter": {"data.status": {}}}, "/filter/data.status", "value_error"),
        ({"filter": {"data.status": {"eq": "wonn"}}}, "/filter/data.status/eq", "wrong_type"),
        ({"filter": {"data.status": {"gt": 5}}}, "/filter/data.status/gt", "wrong_type"),
        ({"filter": {"data.score": {"gt": "5"}}}, "/filter/data.score/gt", "value_error"),
        ({"filter": {"data.score": {"eq": True}}}, "/filter/data.score/eq", "wrong_type"),
        ({"filter": {"data.phones": {"eq": "+15105550142"}}}, "/filter/data.phones/eq", "wrong_type"),
        ({"filter": {"data.score": {"in": [1, "2"]}}}, "/filter/data.score/in", "wrong_type"),
        ({"filter": {"data.score": {"exists": 1}}}, "/filter/data.score/exists", "bool_type"),
        ({"secret": "whsec_mine"}, "/secret", "extra_forbidden"),
    ],
)
def test_an_invalid_field_is_named(
    tenant: Tenant, webhook: dict[str, Any], change: dict[str, object], pointer: str, kind: str
) -> None:
    response = _update(tenant, webhook, **change)

    assert (response.status, response.error) == (422, "validation_error")
    (field,) = response.json["error"]["details"]["fields"]
    assert (field["pointer"], field["type"], field["location"]) == (pointer, kind, "body")
    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json == webhook


def test_event_types_that_the_filter_does_not_fit_are_rejected(
    tenant: Tenant, webhook: dict[str, Any]
) -> None:
    _update(tenant, webhook, filter={"data.loss_type": {"eq": "water"}})

    response = _update(tenant, webhook, events=["call.received"])

    (field,) = response.json["error"]["details"]["fields"]
    assert (field["pointer"], field["type"]) == ("/filter/data.loss_type", "unknown_path")
    assert _update(tenant, webhook, events=["call.received", "lead.updated"]).status == 200


def test_another_version_than_if_match_is_a_412(tenant: Tenant, webhook: dict[str, Any]) -> None:
    path = f"/v1/webhooks/{webhook['id']}"
    old, current = {"If-Match": '"7"'}, {"If-Match": '"1"'}
    body = {"description": "x"}

    assert call("PATCH", path, key=tenant.admin, json_body=body, headers=old).error == "precondition_failed"
    assert call("PATCH", path, key=tenant.admin, json_body=body, headers=current).status == 200


def test_each_change_is_audited_without_the_query(tenant: Tenant, webhook: dict[str, Any]) -> None:
    _update(tenant, webhook, url=PUBLIC + "?token=hush", rate_limit=7, enabled=False)

    log = call("GET", f"/v1/audit-log?resource_type=webhook&resource_id={webhook['id']}", key=tenant.admin)
    record = log.json["data"][0]
    assert record["action"] == "webhook.updated"
    assert {change["field"]: change["to"] for change in record["changes"]} == {
        "url": PUBLIC + "?***",
        "rate_limit": 7,
        "enabled": False,
        "disabled_reason": "requested",
    }
    assert "hush" not in json.dumps(log.json)


def test_it_requires_an_admin_key_of_the_same_mode(
    tenant: Tenant, stranger: Tenant, webhook: dict[str, Any]
) -> None:
    path = f"/v1/webhooks/{webhook['id']}"
    statuses = [
        call("PATCH", path, key=key, json_body={"enabled": False}).status
        for key in (tenant.write, tenant.test_admin, stranger.admin)
    ]

    assert statuses == [403, 404, 404]
