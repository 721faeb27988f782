"""Keys: each begins with tenant and mode, and so does the sort key of a pointer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eal.core import clock, ids
from eal.core.table.keys import POINTER_SHARDS, Key, key, partition, pending_key
from eal.core.tenancy import Tenant


def test_a_key_begins_with_tenant_and_mode() -> None:
    assert key(Tenant("org_1", "live"), "LEAD", "lead_1") == Key("org_1#live#LEAD", "lead_1")


def test_an_index_partition_begins_with_tenant_and_mode() -> None:
    assert partition(Tenant("org_1", "test"), "LEAD", "status", "new") == "org_1#test#LEAD#status#new"


def test_the_pointers_of_a_tenant_are_in_one_shard_by_kind_and_age() -> None:
    tenant = Tenant("org_1", "live")
    first, second = (pending_key(tenant, "EVENT", event_id) for event_id in ("evt_1", "evt_2"))
    assert first.pk == second.pk
    assert (first.sk, second.sk) == ("org_1#live#EVENT#evt_1", "org_1#live#EVENT#evt_2")


@given(st.text("abcdefghijk", min_size=1))
def test_every_shard_is_among_those_that_the_sweep_reads(organization_id: str) -> None:
    assert _shard_of(organization_id) in {f"PENDING#{shard}" for shard in range(POINTER_SHARDS)}


def test_tenants_are_spread_over_all_shards() -> None:
    found = {_shard_of(ids.new("org", clock.now())) for _ in range(1000)}
    assert len(found) == POINTER_SHARDS


def _shard_of(organization_id: str) -> str:
    return pending_key(Tenant(organization_id, "live"), "EVENT", "evt_1").pk
