"""The counts behind the model of throughput: `python -m tools.bench capacity` derives changes a second from them."""

from __future__ import annotations

import pytest

from tools.bench.capacity import relay

PARTITION_UNITS_OF_A_CHANGE = {"AUDIT": 6, "EVENT": 4, "SEQUENCE": 4}
"""Write units in a partition for a change of a lead with all fields. A partition takes 1,000 a second, which limits its
tenant."""


@pytest.mark.parametrize(
    ("tenants", "changes", "longest_chain"),
    [(30, 1, 8), (1, 30, 5), (1, 1, 5)],
    ids=["30_tenants", "one_tenant", "one_change"],
)
def test_the_relay_of_a_batch(tenants: int, changes: int, longest_chain: int) -> None:
    batch = relay(tenants, changes)

    assert batch.records == 2 * tenants * changes
    assert batch.chain <= longest_chain
    if changes == 1:
        assert batch.units["total"] / tenants <= 40
        used = {name.split("#")[2]: units for name, units in batch.units.items() if name.startswith("org_")}
        assert all(used[kind] <= units for kind, units in PARTITION_UNITS_OF_A_CHANGE.items()), used
