"""GET /v1/webhooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.http import call, load_app
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _create(key: str, number: int = 0) -> str:
    body = {"url": f"https://93.184.215.14/{number}", "events": ["*"]}
    return str(call("POST", "/v1/webhooks", key=key, json_body=body).json["id"])


def test_pages_go_newest_first_without_secrets(tenant: Tenant) -> None:
    made = [_create(tenant.admin, number) for number in range(5)]

    seen, cursor = [], ""
    while True:
        page = call("GET", f"/v1/webhooks?limit=2{cursor}", key=tenant.read).json
        seen += page["data"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert [webhook["id"] for webhook in seen] == made[::-1]
    assert not any("secret" in webhook for webhook in seen)


def test_another_tenant_and_the_other_mode_see_nothing(tenant: Tenant, stranger: Tenant) -> None:
    _create(tenant.admin)

    for key in (stranger.admin, tenant.test_admin):
        assert call("GET", "/v1/webhooks", key=key).json == {"data": [], "next_cursor": None}


def test_the_sample_event_works_with_a_key_put_in(tenant: Tenant) -> None:
    text = (ROOT / "events/webhooks/list.json").read_text()
    event = json.loads(text.replace("REPLACE_WITH_YOUR_KEY", tenant.read))

    assert load_app("webhooks/list").handler(event, None)["statusCode"] == 200
