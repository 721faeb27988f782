"""GET /v1/outreach/suppressions/{suppression_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/outreach/suppressions"


def test_a_suppression_is_shown_with_its_version_as_etag(tenant: Tenant) -> None:
    made = call("POST", PATH, key=tenant.write, json_body={"address": "dana@example.com"}).json

    response = call("GET", f"{PATH}/{made['id']}", key=tenant.read)

    assert (response.status, response.json, response.headers["ETag"]) == (200, made, '"1"')
    assert "salt" not in response.text


def test_a_suppression_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    made = call("POST", PATH, key=tenant.write, json_body={"address": "dana@example.com"}).json

    for key in (stranger.read, tenant.test_admin):
        assert call("GET", f"{PATH}/{made['id']}", key=key).status == 404
