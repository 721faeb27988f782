"""Conditional updates of several items in one call. DynamoDB Local leaves out the item of a failed condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.core import aws
from eal.core.table import progress
from eal.core.table.keys import Key, key
from eal.core.table.progress import ConditionFailed
from eal.core.table.read import get
from eal.core.table.statements import MAX_STATEMENTS, StatementFailed, Update, path, update_all
from tests.eal.core.table.conftest import ENDPOINT

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item

LEASE = path("leases", "dlv_01m8b59tfwf32v8mkyp3b5gge7")


def _key(by: Caller, number: int = 1) -> Key:
    return key(by.tenant, "WORK", f"work_{number}")


def _start(by: Caller, number: int = 1, **fields: object) -> Key:
    item_key = _key(by, number)
    item: Item = {**item_key._asdict(), "kind": "WORK", "version": 1, "leases": {}, **fields}  # type: ignore[dict-item]  # JSON
    assert progress.start(item)
    return item_key


def _fields(item_key: Key) -> Item:
    item = get(item_key)
    assert item
    return {name: value for name, value in item.items() if name not in ("pk", "sk", "kind")}


def test_attributes_and_members_of_maps_are_set_and_removed(by: Caller) -> None:
    item_key = _start(by, status="pending", leases={"dlv_old": 1}, since="2026-01-02")

    update = Update(
        key=item_key,
        sets={LEASE: 5, path("status"): "done", path("attempts"): [{"number": 1, "ok": True}]},
        removes=[path("leases", "dlv_old"), path("version")],
        equals={path("leases", "dlv_old"): 1, path("status"): "pending", path("failing"): None},
        at_most={path("since"): "2026-01-02"},
        max_sizes={path("leases"): 1},
    )
    assert update_all([update]) == [None]

    assert _fields(item_key) == {
        "leases": {"dlv_01m8b59tfwf32v8mkyp3b5gge7": 5},
        "status": "done",
        "attempts": [{"number": 1, "ok": True}],
        "since": "2026-01-02",
    }


@pytest.mark.parametrize(
    "condition",
    [
        {"equals": {path("version"): 2}},
        {"equals": {path("status"): None}},
        {"equals": {LEASE: 1}},
        {"equals": {path("leases"): {"dlv_1": 2}}},
        {"at_most": {path("status"): "done"}},
        {"at_most": {path("since"): "2026-01-02"}},
        {"max_sizes": {path("leases"): 0}},
    ],
)
def test_a_failed_condition_changes_nothing_and_returns_the_item(
    by: Caller, condition: dict[str, dict[str, object]]
) -> None:
    item_key = _start(by, status="pending", leases={"dlv_1": 1})

    (refused,) = update_all([Update(key=item_key, sets={path("status"): "done"}, **condition)])  # type: ignore[arg-type]  # one of two fields

    assert isinstance(refused, ConditionFailed)
    if refused.item or not ENDPOINT:
        assert refused.item == get(item_key)
    assert _fields(item_key)["status"] == "pending"


def test_an_item_that_does_not_exist_is_not_created(by: Caller) -> None:
    (refused,) = update_all([Update(key=_key(by), sets={path("status"): "done"})])

    assert isinstance(refused, ConditionFailed)
    assert refused.item is None
    assert get(_key(by)) is None


def test_each_of_many_updates_has_its_own_result(by: Caller) -> None:
    keys = [_start(by, number) for number in range(MAX_STATEMENTS + 5)]
    versions = [1 if number % 3 else 7 for number in range(len(keys))]

    results = update_all(
        [
            Update(key=item_key, sets={path("version"): 2}, equals={path("version"): version})
            for item_key, version in zip(keys, versions, strict=True)
        ]
    )

    assert [result is None for result in results] == [version == 1 for version in versions]
    assert [_fields(item_key)["version"] for item_key in keys] == [
        2 if version == 1 else 1 for version in versions
    ]


def test_nothing_to_update_is_no_call(by: Caller) -> None:
    assert update_all([]) == []


def test_two_updates_of_one_item_are_refused(by: Caller) -> None:
    item_key = _start(by)

    with pytest.raises(aws.Refused):
        update_all([Update(key=item_key, sets={path("status"): name}) for name in ("one", "two")])


class _Responses:
    """The responses of DynamoDB to one statement, in turn."""

    def __init__(self, *codes: str | None) -> None:
        self.codes = list(codes)
        self.sent: list[int] = []

    def batch_execute_statement(self, Statements: list[object]) -> dict[str, object]:
        self.sent.append(len(Statements))
        codes = [self.codes.pop(0) for _ in Statements]
        return {"Responses": [{"Error": {"Code": code, "Message": "no"}} if code else {} for code in codes]}


def test_a_throttled_update_is_repeated_alone(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    responses = _Responses(None, "ThrottlingError", "TransactionConflict", None)
    updates = [Update(key=_key(by, number), sets={path("a"): 1}) for number in (1, 2)]

    with monkeypatch.context() as patch:
        patch.setattr(aws, "dynamodb", lambda: responses)
        assert update_all(updates) == [None, None]

    assert responses.sent == [2, 1, 1]


def test_an_invalid_update_fails_alone(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(aws, "dynamodb", lambda: _Responses(None, "ValidationError"))
        done, failed = update_all([Update(key=_key(by, number), sets={path("a"): 1}) for number in (1, 2)])

    assert done is None
    assert isinstance(failed, StatementFailed)
