"""DELETE /v1/integrations/{vendor}."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.core import aws, clock
from eal.domain.integrations import connections
from tests.support.aws import ACCESS
from tests.support.callrail import actions, connect, receive, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import ApiResponse, call
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

EVENT = Call.new().event("post-call")


def _delete(key: str, vendor: str = "callrail", **headers: str) -> ApiResponse:
    return call("DELETE", f"/v1/integrations/{vendor}", key=key, headers=headers)


def _connections() -> int:
    return sum(item["pk"]["S"].startswith("C#") for item in aws.dynamodb().scan(TableName=ACCESS)["Items"])


def test_its_addresses_return_404_afterwards(tenant: Tenant) -> None:
    connection = connect(tenant.admin)
    assert receive(connection.url_event("post-call", EVENT)).status == 202

    response = _delete(tenant.admin)

    assert (response.status, response.text) == (204, "")
    assert receive(connection.url_event("post-call", EVENT)).status == 404
    assert call("GET", "/v1/integrations", key=tenant.admin).json["data"] == []
    assert stored("INTEGRATION", tenant.id) == []
    assert _connections() == 0


def test_connecting_again_creates_new_addresses_without_the_old_secrets(tenant: Tenant) -> None:
    old = connect(tenant.admin)
    _delete(tenant.admin)

    again = call("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body={}).json

    assert again["connection_id"] != old.id
    assert again["secrets"]["signing_key"]["set"] is False
    assert (again["version"], again["health"]["status"]) == (1, "waiting")
    assert receive(old.url_event("post-call", EVENT)).status == 404


def test_a_pending_event_does_not_restore_the_connection(tenant: Tenant) -> None:
    connection = connect(tenant.admin)
    _delete(tenant.admin)

    connections.stamp_event(connection.id, clock.now())
    receive(connection.url_event("post-call", EVENT, signed="wrong"))

    assert _connections() == 0


def test_a_vendor_that_is_not_connected_is_404(tenant: Tenant, stranger: Tenant) -> None:
    connection = connect(stranger.admin)
    connect(tenant.test_admin)

    for vendor in ("callrail", "nobody", "crm", "x" * 5000):
        response = _delete(tenant.admin, vendor)
        assert (response.status, response.error) == (404, "not_found")
    assert receive(connection.url_event("post-call", EVENT)).status == 202
    assert len(call("GET", "/v1/integrations", key=tenant.test_admin).json["data"]) == 1


def test_deleting_twice_is_404(tenant: Tenant) -> None:
    connect(tenant.admin)
    _delete(tenant.admin)

    assert _delete(tenant.admin).status == 404


def test_if_match_is_honoured(tenant: Tenant) -> None:
    connection = connect(tenant.admin)

    assert _delete(tenant.admin, **{"If-Match": '"7"'}).status == 412
    assert receive(connection.url_event("post-call", EVENT)).status == 202
    assert _delete(tenant.admin, **{"If-Match": '"1"'}).status == 204


def test_only_an_admin_disconnects(tenant: Tenant) -> None:
    connect(tenant.admin)

    response = _delete(tenant.write)

    assert (response.status, response.error) == (403, "insufficient_scope")


def test_it_is_audited_with_masked_values(tenant: Tenant) -> None:
    body = {"settings": {"account_id": "ACC1"}, "secrets": {"signing_key": "s3cret-key"}}
    call("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body=body)
    _delete(tenant.admin)

    assert actions("integration", tenant.id) == ["integration.created", "integration.deleted"]
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "integration.deleted"]
    assert record["changes"] == [
        {"field": "connection_id", "from": "***", "to": None},
        {"field": "secrets.signing_key", "from": "***", "to": None},
        {"field": "settings.account_id", "from": "ACC1", "to": None},
    ]


def test_integration_and_connection_are_deleted_in_one_transaction(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(tenant.admin)

    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 3
        with pytest.raises(Killed):
            _delete(tenant.admin)

    assert calls.made == ["UpdateItem", "GetItem", "TransactWriteItems"]
    assert (_connections(), stored("INTEGRATION", tenant.id)) == (0, [])


def test_a_vendor_without_a_receiver_is_disconnected_too(tenant: Tenant) -> None:
    call("PUT", "/v1/integrations/crm", key=tenant.admin, json_body={})

    assert _delete(tenant.admin, "crm").status == 204
    assert stored("INTEGRATION", tenant.id) == []
