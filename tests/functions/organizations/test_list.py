"""GET /v1/organizations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.clock import rfc3339
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.tenants import limit_family, new_tenant

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _ids(tenant: Tenant, query: str = "") -> list[str]:
    page = call("GET", f"/v1/organizations{query}", key=tenant.admin).json
    return [item["id"] for item in page["data"]]


def test_each_child_is_listed_with_its_grant(tenant: Tenant, stranger: Tenant) -> None:
    silent = new_tenant("Silent", parent=tenant.id)
    open_ = new_tenant("Open", parent=tenant.id)
    new_tenant("Elsewhere", parent=stranger.id)
    new_tenant("Grandchild", parent=open_.id)
    given = call(
        "PUT", f"/v1/organizations/me/grants/{tenant.id}", key=open_.admin, json_body={"resources": ["leads"]}
    ).json

    response = call("GET", "/v1/organizations", key=tenant.admin)

    assert (response.status, response.json["next_cursor"]) == (200, None)
    newest, oldest = response.json["data"]
    assert (newest["id"], newest["grants"]) == (open_.id, [given])
    assert (oldest["id"], oldest["grants"]) == (silent.id, [])
    assert call("GET", f"/v1/organizations/{silent.id}", key=tenant.admin).json.items() <= oldest.items()


def test_pages_have_every_child_once_in_either_order(tenant: Tenant) -> None:
    made = [new_tenant(f"Location {number}", parent=tenant.id).id for number in range(7)]

    for order, expected in (("desc", made[::-1]), ("asc", made)):
        seen: list[str] = []
        cursor = ""
        while True:
            path = f"/v1/organizations?limit=3&order={order}{cursor}"
            page = call("GET", path, key=tenant.admin).json
            seen += [item["id"] for item in page["data"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == expected


def test_the_creation_range_applies_to_the_child(clock: Clock, tenant: Tenant) -> None:
    old = new_tenant("Old", parent=tenant.id)
    clock.advance(days=1)
    new = new_tenant("New", parent=tenant.id)
    border = rfc3339(ids.created_at(new.id))

    assert _ids(tenant, f"?created_after={border}") == [new.id]
    assert _ids(tenant, f"?created_before={border}") == [old.id]
    assert _ids(tenant, f"?created_after={rfc3339(clock.now() + timedelta(days=1))}") == []


def test_the_cost_of_a_page_does_not_depend_on_the_number_of_children(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_family(tenant.id, max_keys=200)
    for number in range(34):
        new_tenant(f"Location {number}", parent=tenant.id)
    _ids(tenant)

    for limit, reads in ((1, 1), (33, 1), (34, 2)):
        with watched_calls(monkeypatch) as calls:
            assert len(_ids(tenant, f"?limit={limit}")) == limit
        assert calls.count("TransactGetItems") == reads
        assert calls.count("Query") == 1


def test_an_organization_without_children_has_an_empty_list(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)

    assert _ids(child) == []


def test_a_test_key_sees_the_same_children(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)

    page = call("GET", "/v1/organizations", key=tenant.test_admin).json

    assert [item["id"] for item in page["data"]] == [child.id]
