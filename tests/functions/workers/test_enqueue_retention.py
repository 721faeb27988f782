"""The run of every six hours enqueues each organization in both modes, and a fault of one shard delays no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.core.table.keys import shard
from eal.core.tenancy import Tenant as TenantAndMode
from eal.domain.organizations import store as organizations
from eal.entry.schedule import PartsFailed
from tests.support.http import call, load_app
from tests.support.pipeline import peek

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant


def run() -> None:
    load_app("workers/enqueue_retention").handler({}, None)


def enqueued() -> list[tuple[str, str]]:
    return sorted((message["organization_id"], message["mode"]) for message in peek("RetentionQueue"))


def test_each_organization_is_enqueued_in_both_modes(tenant: Tenant, stranger: Tenant) -> None:
    child = call("POST", "/v1/organizations", key=tenant.admin, json_body={"name": "Child"}).json
    child_id = child["organization"]["id"] if "organization" in child else child["id"]

    run()

    ids = (tenant.id, stranger.id, child_id)
    assert enqueued() == sorted(
        (organization_id, mode) for organization_id in ids for mode in ("live", "test")
    )


def test_an_organization_stays_listed_when_it_changes(tenant: Tenant) -> None:
    call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"name": "Renamed"})

    run()

    assert enqueued() == [(tenant.id, "live"), (tenant.id, "test")]


def test_a_shard_that_fails_delays_no_other(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = int(shard("ORGANIZATION", TenantAndMode(tenant.id, "live")).rpartition("#")[2])
    listed = organizations.tenants

    def tenants(number: int) -> Iterator[TenantAndMode]:
        if number == broken:
            raise ConnectionError
        return listed(number)

    monkeypatch.setattr(organizations, "tenants", tenants)

    with pytest.raises(PartsFailed):
        run()

    same = shard("ORGANIZATION", TenantAndMode(stranger.id, "live")).endswith(f"#{broken}")
    assert enqueued() == ([] if same else [(stranger.id, "live"), (stranger.id, "test")])
