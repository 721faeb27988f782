"""DELETE /v1/webhooks/{webhook_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import call, load_app
from tests.support.pipeline import items
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def webhook(tenant: Tenant) -> dict[str, Any]:
    body = {"url": "https://93.184.215.14/hooks?token=hush", "events": ["*"]}
    return dict(call("POST", "/v1/webhooks", key=tenant.admin, json_body=body).json)


def test_an_endpoint_is_deleted_and_the_deletion_is_audited(tenant: Tenant, webhook: dict[str, Any]) -> None:
    path = f"/v1/webhooks/{webhook['id']}"

    response = call("DELETE", path, key=tenant.admin)

    assert (response.status, response.text) == (204, "")
    assert call("GET", path, key=tenant.read).status == 404
    assert call("DELETE", path, key=tenant.admin).status == 404
    (record,) = [record for record in items("AUDIT") if record["action"]["S"] == "webhook.deleted"]
    assert record["resource"]["M"]["id"]["S"] == webhook["id"]
    assert "hush" not in json.dumps(record)
    assert webhook["secret"] not in json.dumps(record)


def test_an_endpoint_of_another_version_is_not_deleted(tenant: Tenant, webhook: dict[str, Any]) -> None:
    path = f"/v1/webhooks/{webhook['id']}"

    assert call("DELETE", path, key=tenant.admin, headers={"If-Match": '"7"'}).status == 412
    assert call("DELETE", path, key=tenant.admin, headers={"If-Match": '"1"'}).status == 204


def test_other_callers_cannot_delete_it(tenant: Tenant, stranger: Tenant, webhook: dict[str, Any]) -> None:
    path = f"/v1/webhooks/{webhook['id']}"

    assert call("DELETE", path, key=tenant.write).error == "insufficient_scope"
    assert call("DELETE", path, key=stranger.admin).error == "not_found"
    assert call("DELETE", path, key=tenant.test_admin).error == "not_found"
    assert call("GET", path, key=tenant.read).status == 200


def test_the_sample_event_works_with_a_key_and_an_id(tenant: Tenant, webhook: dict[str, Any]) -> None:
    text = (ROOT / "events/webhooks/delete.json").read_text()
    text = text.replace("REPLACE_WITH_YOUR_KEY", tenant.admin)
    event = json.loads(text.replace("REPLACE_WITH_A_WEBHOOK_ID", webhook["id"]))

    assert load_app("webhooks/delete").handler(event, None)["statusCode"] == 204
