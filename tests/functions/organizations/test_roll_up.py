"""GET /v1/organizations/me/rollup."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from eal.core import clock as time
from eal.core import ids
from eal.core.clock import rfc3339
from eal.domain.statistics.roll_up.wire import RollUpView
from tests.support.callrail import connect
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.tenants import limit_family, new_tenant
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PATH = "/v1/organizations/me/rollup"
WRONG_NUMBER = "Agent: Summit Restoration.\nCaller: Oh sorry, I have the wrong number."


def _grant(child: Tenant, parent: Tenant, *resources: str, **more: object) -> None:
    path = f"/v1/organizations/me/grants/{parent.id}"
    response = call("PUT", path, key=child.admin, json_body={"resources": resources, **more})
    assert response.status == 200, response.text


def _rows(key: str, query: str = "") -> list[dict[str, Any]]:
    response = call("GET", f"{PATH}{query}", key=key)
    assert response.status == 200, response.text
    rows: list[dict[str, Any]] = response.json["data"]
    return rows


def _lead(key: str, email: str, *to: str) -> None:
    lead = call("POST", "/v1/leads", key=key, json_body={"email": email}).json
    for status in to:
        path = f"/v1/leads/{lead['id']}/transitions"
        assert call("POST", path, key=key, json_body={"to": status}).status == 200


def _calls(key: str) -> None:
    """One qualified emergency, which creates a lead, and one wrong number."""
    connection = connect(key)
    connection.send("post-call", Call.new().event("post-call"))
    body = json.loads(Call.new().event("post-call")) | {"transcription": WRONG_NUMBER}
    connection.send("post-call", json.dumps(body).encode())


def test_each_part_is_shown_if_the_child_granted_it(tenant: Tenant) -> None:
    both, leads, calls, neither = (
        new_tenant(name, parent=tenant.id) for name in ("Both", "Leads", "Calls", "Neither")
    )
    _grant(both, tenant, "leads", "calls", "reviews")
    _grant(leads, tenant, "leads")
    _grant(calls, tenant, "calls")
    _grant(neither, tenant, "audit-log")
    for child in (both, leads, calls, neither):
        _lead(child.admin, "a@example.com")
        _lead(child.admin, "b@example.com", "contacted")
        _calls(child.admin)
    Pipeline().run()

    counted_leads = {"total": 3, "by_status": {"new": 2, "contacted": 1}}
    counted_calls = {
        "total": 2,
        "by_intent": {"water": 1, "wrong_number": 1},
        "qualified": 1,
        "unqualified": 1,
        "undetermined": 0,
        "qualified_rate": 0.5,
    }
    assert _rows(tenant.admin) == [
        {"organization_id": calls.id, "name": "Calls", "leads": None, "calls": counted_calls},
        {"organization_id": leads.id, "name": "Leads", "leads": counted_leads, "calls": None},
        {"organization_id": both.id, "name": "Both", "leads": counted_leads, "calls": counted_calls},
    ]


def test_a_child_without_counts_has_zeros(tenant: Tenant) -> None:
    child = new_tenant("New", parent=tenant.id)
    _grant(child, tenant, "leads", "calls")

    (row,) = _rows(tenant.admin)

    assert row["leads"] == {"total": 0, "by_status": {}}
    assert row["calls"] == {
        "total": 0,
        "by_intent": {},
        "qualified": 0,
        "unqualified": 0,
        "undetermined": 0,
        "qualified_rate": None,
    }


def test_the_counts_are_those_of_the_keys_mode(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)
    _grant(child, tenant, "leads")
    _lead(child.test_admin, "a@example.com")
    Pipeline().run()

    (live,), (test,) = _rows(tenant.admin), _rows(tenant.test_admin)

    assert (live["leads"]["total"], test["leads"]["total"]) == (0, 1)


def test_only_direct_children_are_counted(tenant: Tenant, stranger: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)
    grandchild = new_tenant("Below", parent=child.id)
    elsewhere = new_tenant("Elsewhere", parent=stranger.id)
    for giver, parent in ((child, tenant), (grandchild, child), (elsewhere, stranger)):
        _grant(giver, parent, "leads")

    seen = {
        key: [row["organization_id"] for row in _rows(key)]
        for key in (tenant.admin, child.admin, stranger.admin)
    }

    assert list(seen.values()) == [[child.id], [grandchild.id], [elsewhere.id]]
    assert _rows(grandchild.admin) == []


def test_an_expired_or_revoked_grant_hides_the_counts_at_once(clock: Clock, tenant: Tenant) -> None:
    ending, revoking = (new_tenant(name, parent=tenant.id) for name in ("Ending", "Revoking"))
    _grant(ending, tenant, "leads", expires_at="2026-04-24T18:00:00Z")
    _grant(revoking, tenant, "leads")
    assert [row["name"] for row in _rows(tenant.admin)] == ["Revoking", "Ending"]

    call("DELETE", f"/v1/organizations/me/grants/{tenant.id}", key=revoking.admin)
    assert [row["name"] for row in _rows(tenant.admin)] == ["Ending"]
    clock.advance(minutes=30)

    assert _rows(tenant.admin) == []


def test_pages_are_full_even_if_children_are_left_out(tenant: Tenant) -> None:
    granted: list[str] = []
    for number in range(9):
        child = new_tenant(f"Location {number}", parent=tenant.id)
        if number % 3:
            _grant(child, tenant, "leads")
            granted.append(child.id)

    for order, expected in (("desc", granted[::-1]), ("asc", granted)):
        sizes, seen, cursor = [], [], ""
        while True:
            page = call("GET", f"{PATH}?limit=4&order={order}{cursor}", key=tenant.admin).json
            sizes.append(len(page["data"]))
            seen += [row["organization_id"] for row in page["data"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert (sizes, seen) == ([4, 2], expected)
    assert _rows(tenant.admin, f"?created_after={rfc3339(time.now())}") == []


def test_a_list_that_ends_with_omitted_children_has_no_cursor(tenant: Tenant) -> None:
    new_tenant("Silent", parent=tenant.id)
    child = new_tenant("Location", parent=tenant.id)
    _grant(child, tenant, "leads")

    page = call("GET", f"{PATH}?limit=1", key=tenant.admin).json

    assert [row["organization_id"] for row in page["data"]] == [child.id]
    assert page["next_cursor"] is None


def test_many_children_are_read_in_few_transactions(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_family(tenant.id, max_keys=200)
    for number in range(34):
        new_tenant(f"Location {number}", parent=tenant.id)
    first = new_tenant("First", parent=tenant.id)
    _grant(first, tenant, "calls")
    _rows(tenant.admin)

    with watched_calls(monkeypatch) as calls:
        assert len(_rows(tenant.admin)) == 1
    assert calls.made == ["UpdateItem", "Query", "TransactGetItems", "TransactGetItems"]


def test_a_cursor_of_the_roll_up_is_invalid_elsewhere(tenant: Tenant) -> None:
    for number in range(2):
        _grant(new_tenant(f"Location {number}", parent=tenant.id), tenant, "leads")
    cursor = call("GET", f"{PATH}?limit=1", key=tenant.admin).json["next_cursor"]

    assert (
        call("GET", f"/v1/organizations?limit=1&cursor={cursor}", key=tenant.admin).error == "invalid_cursor"
    )
    assert call("GET", f"{PATH}?limit=1&cursor={cursor}", key=tenant.test_admin).error == "invalid_cursor"


def test_a_lower_scope_is_not_enough(tenant: Tenant) -> None:
    assert call("GET", PATH, key=tenant.write).error == "insufficient_scope"


def test_the_rate_ignores_undetermined_calls() -> None:
    from eal.domain.statistics.model import tally_of
    from eal.domain.statistics.roll_up.store import RollUpRow

    tally = tally_of(
        {
            "call_intent#water": 7,
            "call_qualified#true": 1,
            "call_qualified#false": 2,
            "call_qualified#undetermined": 4,
        }
    )
    row = RollUpRow(
        organization_id=ids.new("org", time.now()), name="x", tally=tally, leads=False, calls=True
    )

    counts = RollUpView.of(row).calls

    assert counts is not None
    assert (counts.total, counts.undetermined, counts.qualified_rate) == (7, 4, 0.3333)
