"""Keys: each begins with tenant and mode."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eal.core import clock, ids
from eal.core.table.keys import PENDING_SHARDS, Key, key, partition, pending_shard
from eal.core.tenancy import Tenant


def test_a_key_begins_with_tenant_and_mode() -> None:
    assert key(Tenant("org_1", "live"), "LEAD", "lead_1") == Key("org_1#live#LEAD", "lead_1")


def test_an_index_partition_begins_with_tenant_and_mode() -> None:
    assert partition(Tenant("org_1", "test"), "LEAD", "status", "new") == "org_1#test#LEAD#status#new"


def test_the_pending_items_of_a_tenant_are_in_one_shard() -> None:
    assert pending_shard(Tenant("org_1", "live")) == pending_shard(Tenant("org_1", "live"))


@given(st.text("abcdefghijk", min_size=1))
def test_every_shard_is_among_those_that_the_sweep_reads(organization_id: str) -> None:
    assert pending_shard(Tenant(organization_id, "live")) in {
        f"PENDING#{shard}" for shard in range(PENDING_SHARDS)
    }


def test_tenants_are_spread_over_all_shards() -> None:
    found = {pending_shard(Tenant(ids.new("org", clock.now()), "live")) for _ in range(500)}
    assert len(found) == PENDING_SHARDS
