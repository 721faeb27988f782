"""DELETE /v1/outreach/suppressions/{suppression_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.domain.outreach.suppressions import store
from eal.domain.outreach.suppressions.model import KEPT_BY_LAW
from tests.functions.outreach_suppressions.test_create import suppress
from tests.support.callrail import stored
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/outreach/suppressions"
ADDRESS = "dana@example.com"


def test_a_deleted_suppression_suppresses_nothing_and_can_come_back(tenant: Tenant) -> None:
    made = suppress(tenant, address=ADDRESS)

    assert call("DELETE", f"{PATH}/{made['id']}", key=tenant.admin).status == 204

    assert store.find(tenant.in_mode("live"), ADDRESS) is None
    assert call("GET", f"{PATH}/{made['id']}", key=tenant.read).status == 404
    assert suppress(tenant, address=ADDRESS)["id"] != made["id"]


def test_a_domain_can_be_deleted(tenant: Tenant) -> None:
    made = suppress(tenant, domain="example.com")

    assert call("DELETE", f"{PATH}/{made['id']}", key=tenant.admin).status == 204
    assert stored("SUPPRESSION_CLAIM", tenant.id) == []


@pytest.mark.parametrize("reason", sorted(KEPT_BY_LAW))
def test_the_wish_of_a_recipient_is_deleted_only_with_a_reason_that_is_audited(
    tenant: Tenant, reason: str
) -> None:
    made = suppress(tenant, address=ADDRESS, reason=reason)

    refused = call("DELETE", f"{PATH}/{made['id']}", key=tenant.admin)
    assert refused.status == 422
    assert refused.json["error"]["details"]["fields"][0]["pointer"] == "/reason"
    assert store.find(tenant.in_mode("live"), ADDRESS)
    for blank in ("", "%20", "%0A"):
        assert call("DELETE", f"{PATH}/{made['id']}?reason={blank}", key=tenant.admin).status == 422

    path = f"{PATH}/{made['id']}?reason=Subscribed%20again%20by%20form"
    assert call("DELETE", path, key=tenant.write).status == 403
    assert call("DELETE", path, key=tenant.admin).status == 204

    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "suppression.deleted"]
    assert {"field": "deletion_reason", "from": None, "to": "Subscribed again by form"} in record["changes"]  # type: ignore[operator]
    assert record["actor"]["id"] == tenant.admin_id  # type: ignore[index,call-overload]
    assert ADDRESS not in str(record)


def test_another_version_is_not_deleted(tenant: Tenant) -> None:
    made = suppress(tenant, address=ADDRESS)

    response = call("DELETE", f"{PATH}/{made['id']}", key=tenant.admin, headers={"If-Match": '"2"'})

    assert response.status == 412
    assert store.find(tenant.in_mode("live"), ADDRESS)


def test_a_suppression_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    made = suppress(tenant, address=ADDRESS)

    for key in (stranger.admin, tenant.test_admin):
        assert call("DELETE", f"{PATH}/{made['id']}", key=key).status == 404
    assert store.find(tenant.in_mode("live"), ADDRESS)
