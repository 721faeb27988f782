"""Workers' bookkeeping."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from eal.core.table import progress
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.table.write import Stale
from tests.support.faults import before_first, watched_calls

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item


def _item(by: Caller, version: int, state: str = "pending") -> Item:
    item_key = key(by.tenant, "WORK", "work_1")
    return {**item_key._asdict(), "kind": "WORK", "state": state, "version": version}


def _state(by: Caller) -> object:
    item = get(key(by.tenant, "WORK", "work_1"))
    return item and item["state"]


def test_work_is_started_once(by: Caller) -> None:
    assert progress.start(_item(by, 1))
    assert not progress.start(_item(by, 1, "again"))
    assert _state(by) == "pending"


def test_work_is_advanced_from_the_version_that_was_read(by: Caller) -> None:
    progress.start(_item(by, 1))
    assert progress.advance(_item(by, 2, "done"), was=1)
    assert _state(by) == "done"


def test_the_second_of_two_workers_changes_nothing(by: Caller) -> None:
    progress.start(_item(by, 1))
    progress.advance(_item(by, 2, "first"), was=1)
    assert not progress.advance(_item(by, 2, "second"), was=1)
    assert _state(by) == "first"


def test_work_that_was_never_started_is_not_advanced(by: Caller) -> None:
    assert not progress.advance(_item(by, 2), was=1)
    assert _state(by) is None


def test_a_put_whose_response_was_lost_has_started_and_advanced_the_work(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    details: Item = {"share": 5.0, "small": 1e-7, "none": None, "list": [1, {"is_new": True}], "empty": ""}
    with watched_calls(monkeypatch) as calls:
        calls.lose_response = {"PutItem"}
        assert progress.start({**_item(by, 1), **details})
        assert progress.advance({**_item(by, 2, "done"), **details}, was=1)
        assert not progress.start(_item(by, 1))
        assert not progress.advance(_item(by, 2, "other"), was=1)

    assert calls.made == ["PutItem"] * 4
    assert _state(by) == "done"


def test_a_put_that_another_worker_has_overtaken_has_not_advanced_the_work(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress.start(_item(by, 1))
    with (
        before_first(monkeypatch, "PutItem", lambda: progress.advance(_item(by, 2, "other"), was=1)),
        watched_calls(monkeypatch) as calls,
    ):
        calls.lose_response = {"PutItem"}
        assert not progress.advance(_item(by, 2, "own"), was=1)

    assert _state(by) == "other"


def test_of_two_workers_with_the_same_item_one_claims_it(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress.claim(_item(by, 1))
    assert not progress.claim(_item(by, 1))

    with watched_calls(monkeypatch) as calls:
        calls.lose_response = {"PutItem"}
        assert not progress.claim({**_item(by, 1), "sk": "work_2"})


def _addition(by: Caller, *, ttl: int | None = None, **amounts: int) -> progress.Addition:
    counts_key = key(by.tenant, "COUNTS", "now")
    amounts = {name.replace("_", "#"): amount for name, amount in amounts.items()}
    return progress.Addition(key=counts_key, kind="COUNTS", amounts=amounts, ttl=ttl)


def _counts(by: Caller) -> Item | None:
    return get(key(by.tenant, "COUNTS", "now"))


def test_a_marker_and_its_counters_change_together(by: Caller) -> None:
    progress.count([(_item(by, 1), 0)], [_addition(by, ttl=7, status_new=1, created=1)])
    progress.count([(_item(by, 2), 1)], [_addition(by, ttl=8, status_new=-1, status_won=1)])

    assert _counts(by) == {
        **key(by.tenant, "COUNTS", "now")._asdict(),
        "kind": "COUNTS", "ttl": 7, "status#new": 0, "status#won": 1, "created": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("version", "was"), [(1, 0), (3, 2)])
def test_a_marker_that_changed_in_the_meantime_is_not_counted_again(
    by: Caller, version: int, was: int
) -> None:
    progress.count([(_item(by, 1), 0)], [_addition(by, created=1)])

    with pytest.raises(Stale):
        progress.count([(_item(by, version), was)], [_addition(by, created=1)])

    counts = _counts(by)
    assert counts
    assert "ttl" not in counts
    assert counts["created"] == 1


def test_a_marker_can_change_without_a_counter(by: Caller) -> None:
    progress.count([(_item(by, 1, "idle"), 0)], [])

    assert (_state(by), _counts(by)) == ("idle", None)


def test_concurrent_additions_are_all_counted(by: Caller, real_engine: None) -> None:
    def count(number: int) -> None:
        marker = {**_item(by, 1), "sk": f"work_{number}"}
        progress.count([(marker, 0)], [_addition(by, created=1)])

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(count, range(40)))

    counts = _counts(by)
    assert counts
    assert counts["created"] == 40


def _lease(by: Caller, holder: str, max_leases: int = 2) -> progress.ItemChange:
    return progress.ItemChange(
        key=key(by.tenant, "SLOTS", "of_1"),
        expression="SET leases.#holder = :until ADD #requests :one REMOVE #old",
        condition="attribute_exists(leases) AND attribute_not_exists(leases.#holder) AND size(leases) < :max",
        names={"#holder": holder, "#requests": "requests_2", "#old": "requests_1"},
        values={":until": 7, ":one": 1, ":max": max_leases},
    )


def _put_slots(by: Caller) -> None:
    slots_key = key(by.tenant, "SLOTS", "of_1")
    progress.start({**slots_key._asdict(), "kind": "SLOTS", "leases": {}, "requests_1": 3})


def test_a_change_is_refused_if_the_item_does_not_exist(by: Caller) -> None:
    with pytest.raises(progress.ConditionFailed) as refused:
        progress.change(_lease(by, "a"))

    assert refused.value.item is None


def test_a_change_returns_the_new_item_and_a_refusal_the_stored_one(by: Caller) -> None:
    _put_slots(by)

    item = progress.change(_lease(by, "a"))
    progress.change(_lease(by, "b"))

    assert (item["leases"], item["requests_2"]) == ({"a": 7}, 1)
    assert "requests_1" not in item
    for holder in ("a", "c"):
        with pytest.raises(progress.ConditionFailed) as refused:
            progress.change(_lease(by, holder))
        assert refused.value.item
        assert refused.value.item["leases"] == {"a": 7, "b": 7}


def test_a_refused_change_rolls_back_its_transaction(by: Caller) -> None:
    _put_slots(by)
    by.transaction.create(_item(by, 1))
    by.transaction.audit("work.started", "work_1")
    by.transaction.add(_lease(by, "a", max_leases=0).operation())

    with pytest.raises(Stale):
        by.transaction.commit()

    assert _state(by) is None


def test_concurrent_changes_do_not_exceed_the_limit_of_the_condition(by: Caller, real_engine: None) -> None:
    _put_slots(by)

    def acquire(number: int) -> bool:
        try:
            progress.change(_lease(by, f"h{number}", max_leases=5))
        except progress.ConditionFailed:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(acquire, range(64))) == 5
