"""Reads by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.core.errors import Unavailable
from eal.core.table import contention
from eal.core.table.keys import Key, key
from eal.core.table.read import batch_get, get, get_all
from eal.core.tenancy import Tenant
from tests.support.faults import watched_calls

if TYPE_CHECKING:
    from eal.core.caller import Caller


def _store(by: Caller, *names: str) -> list[Key]:
    keys = [key(by.tenant, "THING", name) for name in names]
    for item_key in keys:
        by.transaction.create({**item_key._asdict(), "kind": "THING", "name": item_key.sk})
    by.transaction.audit("thing.created", "thing_1")
    by.transaction.commit()
    return keys


def test_a_missing_item_is_none(by: Caller) -> None:
    assert get(key(by.tenant, "THING", "none")) is None


def test_an_item_is_found_by_its_key(by: Caller) -> None:
    (item_key,) = _store(by, "a")
    assert get(item_key) == {"pk": item_key.pk, "sk": "a", "kind": "THING", "name": "a"}


def test_an_item_does_not_exist_in_the_other_mode(by: Caller) -> None:
    _store(by, "a")
    assert get(key(Tenant(by.organization_id, "test"), "THING", "a")) is None


def test_several_items_are_in_the_order_of_their_keys_with_none_for_a_missing_one(by: Caller) -> None:
    first, second = _store(by, "a", "b")
    found = get_all([second, key(by.tenant, "THING", "none"), first])
    assert [item and item["name"] for item in found] == ["b", None, "a"]


def test_several_items_are_read_in_one_call(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = _store(by, "a", "b", "c")
    with watched_calls(monkeypatch) as calls:
        get_all(keys)
    assert calls.made == ["TransactGetItems"]


def test_a_read_that_conflicts_with_a_write_is_retried(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    send = aws.Client.call
    conflicts: list[str] = []

    def conflicting(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactGetItems" and len(conflicts) < 3:
            conflicts.append(operation)
            reasons = [{"Code": "TransactionConflict"}]
            raise aws.refusal(
                operation, "TransactionCanceledException", members={"CancellationReasons": reasons}
            )
        return send(client, operation, arguments)

    monkeypatch.setattr(aws.Client, "call", conflicting)

    assert get_all([key(by.tenant, "THING", "none")]) == [None]
    assert len(conflicts) == 3


def _leave_unprocessed(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """DynamoDB leaves all but one key of a batch unprocessed, `times` times. Returns the keys of each request."""
    send = aws.Client.call
    requested_keys: list[int] = []

    def busy(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "BatchGetItem":
            return send(client, operation, arguments)
        ((table, request),) = arguments["RequestItems"].items()
        requested_keys.append(len(request["Keys"]))
        processed, unprocessed = request["Keys"], []
        if len(requested_keys) <= times:
            processed, unprocessed = processed[:1], processed[1:] or processed
        response = send(client, operation, {"RequestItems": {table: {**request, "Keys": processed}}})
        return {**response, "UnprocessedKeys": {table: {"Keys": unprocessed}} if unprocessed else {}}

    monkeypatch.setattr(aws.Client, "call", busy)
    return requested_keys


def test_unprocessed_keys_are_read_again_after_a_pause(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [item_key._asdict() for item_key in _store(by, "a", "b", "c")]
    requested_keys, pauses = _leave_unprocessed(monkeypatch, times=1), list[int]()
    monkeypatch.setattr("eal.core.table.contention.pause", pauses.append)

    found = batch_get(settings.state_table(), keys)

    assert sorted(str(item["name"]) for item in found) == ["a", "b", "c"]
    assert requested_keys == [3, 2]
    assert pauses == [0]


def test_a_batch_with_keys_that_stay_unprocessed_is_unavailable(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [item_key._asdict() for item_key in _store(by, "a", "b")]
    requested_keys, pauses = _leave_unprocessed(monkeypatch, times=1000), list[int]()
    monkeypatch.setattr("eal.core.table.contention.pause", pauses.append)

    with pytest.raises(Unavailable):
        batch_get(settings.state_table(), keys)

    assert len(requested_keys) == len(pauses) == contention.ATTEMPTS


def test_more_keys_than_fit_into_a_batch_are_read_in_several_batches(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [key(by.tenant, "THING", str(number))._asdict() for number in range(150)]
    requested_keys = _leave_unprocessed(monkeypatch, times=0)

    assert batch_get(settings.state_table(), keys) == []
    assert requested_keys == [100, 50]
