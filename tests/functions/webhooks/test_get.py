"""GET /v1/webhooks/{webhook_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.http import call, load_app
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

BODY = {"url": "https://93.184.215.14/hooks", "events": ["*"]}


def test_an_unchanged_endpoint_is_a_304(tenant: Tenant) -> None:
    webhook = call("POST", "/v1/webhooks", key=tenant.admin, json_body=BODY).json
    path = f"/v1/webhooks/{webhook['id']}"

    response = call("GET", path, key=tenant.read)

    assert (response.status, response.json["url"]) == (200, BODY["url"])
    assert "secret" not in response.json
    assert (
        call("GET", path, key=tenant.read, headers={"If-None-Match": response.headers["ETag"]}).status == 304
    )


def test_endpoints_of_others_are_not_found(tenant: Tenant, stranger: Tenant) -> None:
    webhook = call("POST", "/v1/webhooks", key=tenant.admin, json_body=BODY).json

    for key in (stranger.admin, tenant.test_admin):
        assert call("GET", f"/v1/webhooks/{webhook['id']}", key=key).error == "not_found"
    for unknown in ("wh_nonsense", webhook["id"].replace("wh_", "lead_"), "x" * 500):
        assert call("GET", f"/v1/webhooks/{unknown}", key=tenant.read).status == 404


def test_the_sample_event_works_with_a_key_and_an_id(tenant: Tenant) -> None:
    webhook = call("POST", "/v1/webhooks", key=tenant.admin, json_body=BODY).json
    text = (ROOT / "events/webhooks/get.json").read_text()
    text = text.replace("REPLACE_WITH_YOUR_KEY", tenant.read)
    event = json.loads(text.replace("REPLACE_WITH_A_WEBHOOK_ID", webhook["id"]))

    assert load_app("webhooks/get").handler(event, None)["statusCode"] == 200
