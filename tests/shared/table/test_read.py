"""Reading by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.client

from eal.table.keys import Key, key
from eal.table.read import get, get_all
from tests.support.faults import watched_calls

if TYPE_CHECKING:
    import pytest

    from eal.caller import Caller


def _store(by: Caller, *names: str) -> list[Key]:
    keys = [key(by.organization_id, by.mode, "THING", name) for name in names]
    for at in keys:
        by.write.create({**at._asdict(), "kind": "THING", "name": at.sk})
    by.write.audit("thing.created", "thing_1")
    by.write.commit()
    return keys


def test_what_is_not_there_is_none(by: Caller) -> None:
    assert get(key(by.organization_id, by.mode, "THING", "none")) is None


def test_an_item_is_found_by_its_key(by: Caller) -> None:
    (at,) = _store(by, "a")
    assert get(at) == {"pk": at.pk, "sk": "a", "kind": "THING", "name": "a"}


def test_another_mode_does_not_have_it(by: Caller) -> None:
    _store(by, "a")
    assert get(key(by.organization_id, "test", "THING", "a")) is None


def test_many_come_in_the_order_of_their_keys_with_none_for_what_is_missing(by: Caller) -> None:
    first, second = _store(by, "a", "b")
    found = get_all([second, key(by.organization_id, by.mode, "THING", "none"), first])
    assert [item and item["name"] for item in found] == ["b", None, "a"]


def test_many_are_read_in_one_call(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = _store(by, "a", "b", "c")
    with watched_calls(monkeypatch) as calls:
        get_all(keys)
    assert calls.made == ["TransactGetItems"]


def test_a_read_that_meets_a_write_is_tried_again(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
    met: list[str] = []

    def meeting(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactGetItems" and len(met) < 3:
            met.append(operation)
            reasons = [{"Code": "TransactionConflict"}]
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise client.exceptions.TransactionCanceledException(error, operation)
        return send(client, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", meeting)

    assert get_all([key(by.organization_id, by.mode, "THING", "none")]) == [None]
    assert len(met) == 3
