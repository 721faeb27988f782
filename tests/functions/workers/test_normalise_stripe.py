"""Stripe's events change an organization's subscription, in any order and with repetitions."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.inbound import Connection, connect
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

END = 1778592000


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect("stripe", tenant.admin)


def event(
    name: str, at: int, status: str, *, kind: str = "updated", live: bool = True, **subscription: Any
) -> dict[str, Any]:
    items = {"data": [{"id": "si_1", "current_period_end": END, "price": {"id": "price_pro"}}]}
    return {
        "id": f"evt_{name}",
        "object": "event",
        "created": at,
        "livemode": live,
        "type": f"customer.subscription.{kind}",
        "data": {
            "object": {
                "id": "sub_1",
                "object": "subscription",
                "created": 1776000000,
                "status": status,
                "items": items,
                "metadata": {},
                **subscription,
            }
        },
    }


BEGUN = event("A2", 1776000001, "active", kind="created")
LATE = event("A3", 1776000100, "past_due", cancel_at_period_end=True)
ENDED = event("A4", 1776000200, "canceled", kind="deleted", items={})


def shown(key: str) -> Any:
    return call("GET", "/v1/organizations/me", key=key).json["subscription"]


def billed(organization_id: str, mode: str = "live") -> list[Any]:
    return [
        item for item in stored("AUDIT", organization_id, mode) if item["action"] == "organization.billed"
    ]


def test_a_subscription_is_shown_on_its_organization(connection: Connection, tenant: Tenant) -> None:
    assert shown(tenant.read) is None

    assert connection.normalise(connection.message(BEGUN)) == []

    assert shown(tenant.read) == {
        "plan": "price_pro",
        "status": "active",
        "current_period_end": "2026-05-12T13:20:00.000Z",
        "cancel_at_period_end": False,
    }
    assert shown(tenant.test_admin) is None


def test_it_is_audited_with_stripe_as_the_actor(connection: Connection, tenant: Tenant) -> None:
    connection.normalise(connection.message(BEGUN))
    connection.normalise(connection.message(LATE))

    first, second = billed(tenant.id)
    assert (first["source"], first["actor"]) == ("webhook", {"type": "vendor", "id": "stripe"})
    assert {change["field"]: (change["from"], change["to"]) for change in second["changes"]} == {
        "subscription.status": ("active", "past_due"),
        "subscription.cancel_at_period_end": (False, True),
        "subscription.event_id": ("evt_A2", "evt_A3"),
    }


def test_a_subscription_changes_the_organizations_etag(connection: Connection, tenant: Tenant) -> None:
    etag = call("GET", "/v1/organizations/me", key=tenant.read).headers["ETag"]
    connection.normalise(connection.message(BEGUN))

    response = call("GET", "/v1/organizations/me", key=tenant.read, headers={"If-None-Match": etag})

    assert response.status == 200


@pytest.mark.parametrize("order", list(itertools.permutations((BEGUN, LATE, ENDED))))
def test_an_older_event_never_overwrites_a_newer_one(
    connection: Connection, tenant: Tenant, order: tuple[dict[str, Any], ...]
) -> None:
    for body in (*order, *order):
        assert connection.normalise(connection.message(body)) == []

    # The deletion states neither plan nor period, so those of the newest event that did are kept.
    assert shown(tenant.read) == {
        "plan": "price_pro",
        "status": "canceled",
        "current_period_end": "2026-05-12T13:20:00.000Z",
        "cancel_at_period_end": False,
    }


@pytest.mark.parametrize("names", list(itertools.permutations("abc")))
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_within_one_second_the_event_that_replaced_the_others_values_is_the_newest(
    connection: Connection, tenant: Tenant, names: tuple[str, ...], order: tuple[int, ...]
) -> None:
    """In any order of ids and arrival."""
    old = {"data": [{"id": "si_1", "current_period_end": END - 1, "price": {"id": "price_basic"}}]}
    changes: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("incomplete", {"items": old}, {}),
        ("active", {"items": old}, {"status": "incomplete"}),
        ("active", {"cancel_at_period_end": True}, {"cancel_at_period_end": False, "items": old}),
    ]
    history = []
    for name, (status, values, before) in zip(names, changes, strict=True):
        body = event(name, 1776000001, status, **values)
        body["data"]["previous_attributes"] = before
        history.append(body)

    for index in order:
        assert connection.normalise(connection.message(history[index])) == []

    assert shown(tenant.read) == {
        "plan": "price_pro",
        "status": "active",
        "current_period_end": "2026-05-12T13:20:00.000Z",
        "cancel_at_period_end": True,
    }


def test_a_repeated_event_writes_nothing(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = connection.message(BEGUN)
    connection.normalise(message)

    with watched_calls(monkeypatch) as calls:
        connection.normalise(message)

    assert "TransactWriteItems" not in calls.made
    assert len(billed(tenant.id)) == 1


@pytest.mark.parametrize("reverse", [False, True])
def test_the_deletion_of_an_old_subscription_does_not_hide_a_new_one(
    connection: Connection, tenant: Tenant, reverse: bool
) -> None:
    new = event("B1", 1776000150, "active", kind="created", id="sub_2", created=1776000150)
    for body in [new, ENDED] if reverse else [BEGUN, ENDED, new]:
        connection.normalise(connection.message(body))

    assert shown(tenant.read)["status"] == "active"


@pytest.mark.parametrize("kind", ["invoice.paid", "checkout.session.completed", "somebody.new"])
def test_another_event_is_counted_and_acknowledged(
    connection: Connection, tenant: Tenant, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert connection.normalise(connection.message({**BEGUN, "type": kind})) == []

    assert "inbound_unknown_kind" in capsys.readouterr().out
    assert shown(tenant.read) is None
    health = call("PUT", "/v1/integrations/stripe", key=tenant.admin, json_body={}).json["health"]
    assert health["status"] == "healthy"


@pytest.mark.parametrize("live", [False, True])
def test_each_mode_has_its_own_subscription(tenant: Tenant, live: bool) -> None:
    sandbox = connect("stripe", tenant.test_admin)
    sandbox.normalise(sandbox.message(event("T1", 1776000001, "trialing", live=live)))

    # A live event at a test connection belongs to no organization.
    assert (shown(tenant.test_admin) or {}).get("status") == (None if live else "trialing")
    assert shown(tenant.read) is None
    assert len(billed(tenant.id, "test")) == (0 if live else 1)


def test_a_parents_connection_records_its_childs_subscription(connection: Connection, tenant: Tenant) -> None:
    child = new_tenant("Acme North", parent=tenant.id)
    named = event("C1", 1776000001, "active", metadata={"tenant_id": child.id})

    connection.normalise(connection.message(named))

    assert shown(child.read)["status"] == "active"
    assert shown(tenant.read) is None
    assert len(billed(child.id)) == len(billed(tenant.id)) == 1


@pytest.mark.parametrize("named", ["stranger", "org_unknown", "org_01kq09bekje6vbq5xe2b60xtww"])
def test_other_organizations_are_not_changed(
    connection: Connection,
    tenant: Tenant,
    stranger: Tenant,
    capsys: pytest.CaptureFixture[str],
    named: str,
) -> None:
    tenant_id = stranger.id if named == "stranger" else named
    message = connection.message(event("C1", 1776000001, "active", metadata={"tenant_id": tenant_id}))

    assert connection.normalise(message) == []

    assert "inbound_foreign" in capsys.readouterr().out
    assert shown(stranger.read) is shown(tenant.read) is None


def test_a_subscription_cannot_be_set_through_the_api(connection: Connection, tenant: Tenant) -> None:
    body = {"subscription": {"plan": "enterprise", "status": "active"}}

    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body)

    assert response.status == 422
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/subscription"


def test_an_update_of_the_organization_keeps_its_subscription(connection: Connection, tenant: Tenant) -> None:
    connection.normalise(connection.message(BEGUN))

    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"name": "Acme"})

    assert response.json["subscription"]["status"] == shown(tenant.read)["status"] == "active"


def test_a_worker_killed_after_any_side_effect_stores_the_event_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        message = connection.message(event(f"K{number}", 1776000001 + number, "active"))
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                connection.normalise(message)
            except Killed:
                pass
            else:
                break
        assert connection.normalise(message) == []
        assert len(billed(tenant.id)) == number


def test_a_poisoned_message_fails_alone(connection: Connection, tenant: Tenant) -> None:
    poisoned = connection.message(event("P1", 1776000001, ""))
    good = connection.message(BEGUN)

    assert connection.normalise(poisoned, good) == ["message-0"]
    assert shown(tenant.read)["status"] == "active"
