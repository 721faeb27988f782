"""GET /v1/webhooks/deliveries/{delivery_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.http import call
from tests.support.receiver import Receiver, Response
from tests.support.webhooks import deliver, fan_out, publish_lead, register, single_delivery, watched_queue

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def delivery_id(tenant: Tenant, receiver: Receiver) -> str:
    """A delivery whose response is longer than what is stored."""
    receiver.responses = [Response(200, b"x" * 9000)]
    register(tenant, receiver.url)
    with watched_queue() as queue:
        fan_out(publish_lead(tenant))
        deliver(*(sent.message for sent in queue.take()))
    return single_delivery().id


def test_it_returns_4_kib_of_each_response(tenant: Tenant, delivery_id: str) -> None:
    response = call("GET", f"/v1/webhooks/deliveries/{delivery_id}", key=tenant.read)

    assert response.status == 200
    assert (response.json["id"], response.json["status"]) == (delivery_id, "succeeded")
    assert [attempt["response"] for attempt in response.json["attempts"]] == ["x" * 4096]


def test_the_etag_is_the_version_and_an_unchanged_delivery_is_a_304(tenant: Tenant, delivery_id: str) -> None:
    path = f"/v1/webhooks/deliveries/{delivery_id}"
    first = call("GET", path, key=tenant.read)
    tag = first.headers["ETag"]

    assert tag == f'"{first.json["version"]}"'
    assert call("GET", path, key=tenant.read, headers={"If-None-Match": tag}).status == 304
    assert call("POST", f"{path}/retry", key=tenant.write).status == 202
    changed = call("GET", path, key=tenant.read, headers={"If-None-Match": tag})
    assert (changed.status, changed.json["version"]) == (200, first.json["version"] + 1)


def test_it_remains_after_its_endpoint_is_deleted(tenant: Tenant, delivery_id: str) -> None:
    call("DELETE", f"/v1/webhooks/{single_delivery().webhook_id}", key=tenant.admin)

    assert call("GET", f"/v1/webhooks/deliveries/{delivery_id}", key=tenant.read).status == 200


def test_a_delivery_of_another_mode_or_tenant_is_not_found(
    tenant: Tenant, stranger: Tenant, delivery_id: str
) -> None:
    for key in (tenant.test_admin, stranger.read):
        assert call("GET", f"/v1/webhooks/deliveries/{delivery_id}", key=key).error == "not_found"
