"""Workers' bookkeeping."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from eal.table import progress
from eal.table.keys import key
from eal.table.read import get
from eal.table.write import Stale

if TYPE_CHECKING:
    from eal.caller import Caller
    from eal.table.item import Item


def _item(by: Caller, version: int, state: str = "pending") -> Item:
    at = key(by.organization_id, by.mode, "WORK", "work_1")
    return {**at._asdict(), "kind": "WORK", "state": state, "version": version}


def _state(by: Caller) -> object:
    item = get(key(by.organization_id, by.mode, "WORK", "work_1"))
    return item and item["state"]


def test_work_is_started_once(by: Caller) -> None:
    assert progress.start(_item(by, 1))
    assert not progress.start(_item(by, 1, "again"))
    assert _state(by) == "pending"


def test_work_is_advanced_from_the_version_that_was_read(by: Caller) -> None:
    progress.start(_item(by, 1))
    assert progress.advance(_item(by, 2, "done"), was=1)
    assert _state(by) == "done"


def test_of_two_workers_the_second_changes_nothing(by: Caller) -> None:
    progress.start(_item(by, 1))
    progress.advance(_item(by, 2, "first"), was=1)
    assert not progress.advance(_item(by, 2, "second"), was=1)
    assert _state(by) == "first"


def test_work_that_was_never_started_is_not_advanced(by: Caller) -> None:
    assert not progress.advance(_item(by, 2), was=1)
    assert _state(by) is None


def _addition(by: Caller, *, ttl: int | None = None, **amounts: int) -> progress.Addition:
    at = key(by.organization_id, by.mode, "COUNTS", "now")
    amounts = {name.replace("_", "#"): amount for name, amount in amounts.items()}
    return progress.Addition(at=at, kind="COUNTS", amounts=amounts, ttl=ttl)


def _counts(by: Caller) -> Item | None:
    return get(key(by.organization_id, by.mode, "COUNTS", "now"))


def test_a_marker_and_its_counters_change_together(by: Caller) -> None:
    progress.count([(_item(by, 1), 0)], [_addition(by, ttl=7, status_new=1, created=1)])
    progress.count([(_item(by, 2), 1)], [_addition(by, ttl=8, status_new=-1, status_won=1)])

    assert _counts(by) == {
        **key(by.organization_id, by.mode, "COUNTS", "now")._asdict(),
        "kind": "COUNTS", "ttl": 7, "status#new": 0, "status#won": 1, "created": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("version", "was"), [(1, 0), (3, 2)])
def test_what_was_counted_meanwhile_is_not_counted_again(by: Caller, version: int, was: int) -> None:
    progress.count([(_item(by, 1), 0)], [_addition(by, created=1)])

    with pytest.raises(Stale):
        progress.count([(_item(by, version), was)], [_addition(by, created=1)])

    counts = _counts(by)
    assert counts
    assert "ttl" not in counts
    assert counts["created"] == 1


def test_a_marker_alone_can_advance(by: Caller) -> None:
    progress.count([(_item(by, 1, "idle"), 0)], [])

    assert (_state(by), _counts(by)) == ("idle", None)


def test_many_at_once_are_all_counted(by: Caller, real_engine: None) -> None:
    def count(number: int) -> None:
        marker = {**_item(by, 1), "sk": f"work_{number}"}
        progress.count([(marker, 0)], [_addition(by, created=1)])

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(count, range(40)))

    counts = _counts(by)
    assert counts
    assert counts["created"] == 40
