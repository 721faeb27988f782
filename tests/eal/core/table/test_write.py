"""Transactions: each change is one."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import pytest

from eal.core import aws, settings
from eal.core.audit import Change
from eal.core.errors import Conflict, PreconditionFailed, Unavailable
from eal.core.table.item import from_attributes
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.table.write import AlreadyWritten, Stale, put_if_absent
from eal.core.transaction import MAX_OPERATIONS
from tests.support.faults import watched_calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key

    type NewCaller = Callable[[], Caller]


def _at(by: Caller, name: str = "thing_1") -> Key:
    return key(by.tenant, "THING", name)


def _thing(by: Caller, version: int = 1, name: str = "thing_1", **more: int) -> Item:
    return {**_at(by, name)._asdict(), "kind": "THING", "version": version, **more}


def _create(by: Caller, *names: str) -> None:
    for name in names or ("thing_1",):
        by.transaction.create(_thing(by, name=name))
    by.transaction.audit("thing.created", "thing_1")
    by.transaction.commit()


def _stored(kind: str | None = None) -> list[Item]:
    response = aws.dynamodb().scan(TableName=settings.state_table(), ConsistentRead=True)
    items = [from_attributes(attributes) for attributes in response["Items"]]
    return [item for item in items if kind is None or item["kind"] == kind]


class _Conflicts:
    """Makes the next `remaining` transactions fail in the AWS client, cancelled for these reasons."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, remaining: int, *codes: str) -> None:
        self.remaining = remaining
        self.sent = 0
        send = aws.Client.call

        def cancelled(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if operation != "TransactWriteItems":
                return send(client, operation, arguments)
            self.sent += 1
            if self.remaining == 0:
                return send(client, operation, arguments)
            self.remaining -= 1
            reasons = [{"Code": code} for code in codes]
            reasons += [{"Code": "None"}] * (len(arguments["TransactItems"]) - len(reasons))
            raise aws.refusal(
                operation, "TransactionCanceledException", members={"CancellationReasons": reasons}
            )

        monkeypatch.setattr(aws.Client, "call", cancelled)
        monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def test_items_record_event_and_task_are_one_transaction(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    by.transaction.create(_thing(by))
    by.transaction.audit("thing.created", "thing_1")
    by.transaction.emit("lead.created", {"id": "thing_1"})
    by.transaction.enqueue_task("classify_call", {"call_id": "call_1"})
    with watched_calls(monkeypatch) as calls:
        by.transaction.commit()
    assert calls.made == ["TransactWriteItems"]
    assert Counter(str(item["kind"]) for item in _stored()) == {
        "AUDIT": 1,
        "EVENT": 1,
        "TASK": 1,
        "THING": 1,
        "PENDING": 3,
    }


def test_a_pointer_names_the_unpublished_items_of_one_organization_and_kind(by: Caller) -> None:
    by.transaction.create(_thing(by))
    for number in range(3):
        by.transaction.audit("thing.created", f"thing_{number}")
    by.transaction.audit("thing.created", "thing_3", also_for="org_parent")
    by.transaction.commit()

    records = _stored("AUDIT")
    pointers = {
        str(pointer["sk"]): set(cast("Item", pointer["unpublished"])) for pointer in _stored("PENDING")
    }
    for organization_id in (by.organization_id, "org_parent"):
        ids = sorted(str(record["id"]) for record in records if record["organization_id"] == organization_id)
        assert pointers.pop(f"{organization_id}#{by.mode}#AUDIT#{ids[0]}") == {*ids}
        assert len(ids) == (4 if organization_id == by.organization_id else 1)
    assert pointers == {}
    assert {record["request_id"] for record in records} == {"tests"}


def test_a_pointer_lives_as_long_as_its_items(by: Caller) -> None:
    _create(by)
    (record,), (pointer,) = _stored("AUDIT"), _stored("PENDING")
    assert pointer["ttl"] == record["ttl"]


def test_an_empty_transaction_sends_nothing(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        by.transaction.commit()
    assert calls.made == []


def test_a_change_without_an_audit_record_is_rejected(by: Caller) -> None:
    by.transaction.create(_thing(by))
    with pytest.raises(AssertionError, match="no audit record"):
        by.transaction.commit()
    assert _stored() == []


def test_a_second_audit_record_of_a_resource_is_rejected(by: Caller) -> None:
    by.transaction.audit("thing.created", "thing_1")
    by.transaction.audit("thing.created", "thing_2")
    with pytest.raises(AssertionError, match="one audit record"):
        by.transaction.audit("thing.updated", "thing_1")


def test_a_change_that_concerns_two_organizations_is_in_both_logs(by: Caller) -> None:
    by.transaction.create(_thing(by))
    by.transaction.audit("thing.created", "thing_1", also_for="org_parent")
    by.transaction.commit()

    for member in ("organization_id", "pk", "gsi1pk", "gsi2pk"):
        organizations = {str(record[member]).partition("#")[0] for record in _stored("AUDIT")}
        assert organizations == {by.organization_id, "org_parent"}


def test_an_event_that_is_not_in_the_catalogue_is_rejected(by: Caller) -> None:
    with pytest.raises(AssertionError, match="CATALOGUE"):
        by.transaction.emit("thing.created", {})


def test_the_maximum_number_of_operations_is_one_transaction(by: Caller) -> None:
    _create(by, *(f"thing_{number}" for number in range(MAX_OPERATIONS - 2)))
    assert len(_stored()) == MAX_OPERATIONS


def test_more_operations_are_rejected_and_nothing_is_written(by: Caller) -> None:
    with pytest.raises(AssertionError, match="101 operations"):
        _create(by, *(f"thing_{number}" for number in range(MAX_OPERATIONS - 1)))
    assert _stored() == []


def test_an_existing_key_rolls_back_the_transaction(by: Caller, new_caller: NewCaller) -> None:
    _create(by)
    with pytest.raises(AlreadyWritten):
        _create(new_caller(), "thing_2", "thing_1")
    assert len(_stored("THING")) == 1
    assert len(_stored("AUDIT")) == 1


def test_the_taken_callback_gets_the_existing_item(by: Caller, new_caller: NewCaller) -> None:
    by.transaction.create(_thing(by, holder=7))
    by.transaction.audit("thing.created", "thing_1")
    by.transaction.commit()
    second = new_caller()
    second.transaction.create(
        _thing(by), taken=lambda old: Conflict("taken", holder=cast("Item", old)["holder"])
    )
    second.transaction.audit("thing.created", "thing_1")
    with pytest.raises(Conflict) as refused:
        second.transaction.commit()
    assert refused.value.details == {"holder": 7}


def test_the_next_version_replaces_the_one_that_was_read(by: Caller, new_caller: NewCaller) -> None:
    _create(by)
    second = new_caller()
    second.transaction.replace(_thing(by, 2), was=1)
    second.transaction.audit("thing.updated", "thing_1")
    second.transaction.commit()
    item = get(_at(by))
    assert item is not None
    assert item["version"] == 2


@pytest.mark.parametrize("change", ["replace", "delete"])
def test_a_changed_version_is_stale(by: Caller, new_caller: NewCaller, change: str) -> None:
    _create(by)
    second = new_caller()
    if change == "replace":
        second.transaction.replace(_thing(by, 9), was=8)
    else:
        second.transaction.delete(_at(by), was=8)
    second.transaction.audit("thing.updated", "thing_1")
    with pytest.raises(Stale):
        second.transaction.commit()
    item = get(_at(by))
    assert item is not None
    assert item["version"] == 1


@pytest.mark.parametrize("was", [1, None])
def test_an_item_is_deleted(by: Caller, new_caller: NewCaller, was: int | None) -> None:
    _create(by)
    second = new_caller()
    second.transaction.delete(_at(by), was=was)
    second.transaction.audit("thing.deleted", "thing_1")
    second.transaction.commit()
    assert _stored("THING") == []


def test_a_deleted_item_is_not_replaced(by: Caller) -> None:
    by.transaction.replace(_thing(by, 2), was=1)
    by.transaction.audit("thing.updated", "thing_1")
    with pytest.raises(Stale):
        by.transaction.commit()


def test_a_version_replaces_the_previous_one_or_creates_the_item(by: Caller, new_caller: NewCaller) -> None:
    for was in (0, 1):
        caller = new_caller()
        caller.transaction.put_version(_thing(by, was + 1), was=was)
        caller.transaction.audit("thing.changed", "thing_1")
        caller.transaction.commit()

    item = get(_at(by))
    assert item is not None
    assert item["version"] == 2


@pytest.mark.parametrize("was", [0, 2])
def test_a_version_does_not_replace_any_other_than_the_previous_one(
    by: Caller, new_caller: NewCaller, was: int
) -> None:
    _create(by)
    second = new_caller()
    second.transaction.put_version(_thing(by, was + 1), was=was)
    second.transaction.audit("thing.changed", "thing_1")
    with pytest.raises(Stale):
        second.transaction.commit()


def test_put_version_does_not_use_up_if_match(by: Caller) -> None:
    by.transaction.if_match = {3}
    by.transaction.put_version(_thing(by, 2), was=1)
    with pytest.raises(PreconditionFailed):
        by.transaction.check_if_match(4)


def test_a_required_condition_holds_or_nothing_is_written(by: Caller, new_caller: NewCaller) -> None:
    _create(by)

    def commit(name: str, *, was: int) -> None:
        caller = new_caller()
        caller.transaction.require(
            _at(by),
            "attribute_exists(pk) AND version = :was",
            lambda old: Conflict("no", version=cast("Item", old)["version"]),
            values={":was": was},
        )
        caller.transaction.create(_thing(by, name=name))
        caller.transaction.audit("thing.created", name)
        caller.transaction.commit()

    commit("thing_2", was=1)
    with pytest.raises(Conflict) as refused:
        commit("thing_3", was=2)

    assert refused.value.details == {"version": 1}
    assert [item["sk"] for item in _stored("THING")] == ["thing_1", "thing_2"]


def test_a_required_item_that_is_absent_gives_no_item(by: Caller) -> None:
    by.transaction.require(
        _at(by, "absent"), "attribute_exists(pk)", lambda old: Conflict("no", is_absent=old is None)
    )
    by.transaction.create(_thing(by))
    by.transaction.audit("thing.created", "thing_1")

    with pytest.raises(Conflict) as refused:
        by.transaction.commit()

    assert refused.value.details == {"is_absent": True}


def test_the_failure_of_the_first_operation_is_raised(by: Caller, new_caller: NewCaller) -> None:
    """It is the idempotency record's, because a request with a stored response must not conflict with itself."""

    class Recorded(Exception):
        pass

    record = put_if_absent(
        settings.state_table(),
        {**_at(by, "record")._asdict(), "kind": "IDEMPOTENCY"},
        lambda _old: Recorded(),
    )
    by.transaction.create(_thing(by))
    by.transaction.audit("thing.created", "thing_1")
    by.transaction.commit(record)
    second = new_caller()
    second.transaction.create(_thing(by), taken=lambda _old: Conflict("taken"))
    second.transaction.audit("thing.created", "thing_1")
    with pytest.raises(Recorded):
        second.transaction.commit(record)


def test_an_idempotency_record_alone_needs_no_audit_record(by: Caller) -> None:
    record = put_if_absent(
        settings.state_table(),
        {**_at(by, "record")._asdict(), "kind": "IDEMPOTENCY"},
        lambda _old: AlreadyWritten(),
    )
    by.transaction.commit(record)
    assert len(_stored("IDEMPOTENCY")) == 1


def test_if_match_rejects_another_version_before_the_commit(by: Caller) -> None:
    by.transaction.if_match = {3}
    with pytest.raises(PreconditionFailed) as refused:
        by.transaction.replace(_thing(by, 5), was=4)
    assert refused.value.details == {"version": 4}


def test_if_match_applies_to_the_first_item_only(by: Caller, new_caller: NewCaller) -> None:
    _create(by, "thing_1", "thing_2")
    second = new_caller()
    second.transaction.replace(_thing(by, 2, "thing_2"), was=1)
    second.transaction.audit("thing.updated", "thing_2")
    second.transaction.commit()
    third = new_caller()
    third.transaction.if_match = {1}
    third.transaction.replace(_thing(by, 2), was=1)
    third.transaction.audit("thing.updated", "thing_1")
    third.transaction.delete(_at(by, "thing_2"), was=2)
    third.transaction.commit()
    (thing,) = _stored("THING")
    assert (thing["sk"], thing["version"]) == ("thing_1", 2)


def test_a_restarted_transaction_is_empty_and_requires_the_same_version(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    by.transaction.if_match = {3}
    by.transaction.audit("thing.updated", "thing_1")
    fresh = by.transaction.restarted()
    with watched_calls(monkeypatch) as calls:
        fresh.commit()
    assert calls.made == []
    fresh.audit("thing.updated", "thing_1")
    with pytest.raises(PreconditionFailed):
        fresh.check_if_match(4)


def test_a_conflict_with_another_transaction_is_retried(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    conflicts = _Conflicts(monkeypatch, 2, "TransactionConflict")
    _create(by)
    assert conflicts.sent == 3
    assert len(_stored("THING")) == 1


def test_a_transaction_that_keeps_conflicting_is_unavailable(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    conflicts = _Conflicts(monkeypatch, 1000, "TransactionConflict")
    with pytest.raises(Unavailable):
        _create(by)
    assert 2 < conflicts.sent < 50


def test_a_failed_condition_takes_precedence_over_a_conflict(
    by: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    conflicts = _Conflicts(monkeypatch, 1, "ConditionalCheckFailed", "TransactionConflict")
    with pytest.raises(AlreadyWritten):
        _create(by)
    assert conflicts.sent == 1


def test_another_cancellation_reason_is_not_retried(by: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    conflicts = _Conflicts(monkeypatch, 1, "ItemCollectionSizeLimitExceeded")
    with pytest.raises(aws.dynamodb().exceptions.TransactionCanceledException):
        _create(by)
    assert conflicts.sent == 1


@pytest.mark.usefixtures("real_engine")
def test_of_fifty_concurrent_creations_of_an_item_one_succeeds(by: Caller, new_caller: NewCaller) -> None:
    def attempt(_: int) -> bool:
        try:
            _create(new_caller())
        except AlreadyWritten:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(attempt, range(50))) == 1
    assert len(_stored("AUDIT")) == 1


@pytest.mark.usefixtures("real_engine")
def test_fifty_concurrent_changes_of_an_item_lose_no_update(by: Caller, new_caller: NewCaller) -> None:
    _create(by)

    def count_up(_: int) -> None:
        for _attempt in range(500):
            caller = new_caller()
            item = get(_at(by))
            assert item is not None
            was = cast("int", item["version"])
            caller.transaction.replace(_thing(by, was + 1), was=was)
            caller.transaction.audit("thing.updated", "thing_1")
            try:
                return caller.transaction.commit()
            except (Stale, Unavailable):
                time.sleep(random.uniform(0, 0.05))
        raise AssertionError("no attempt succeeded")

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(count_up, range(50)))
    item = get(_at(by))
    assert item is not None
    assert item["version"] == 51
    assert len(_stored("AUDIT")) == 51


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), 1e22, float("inf"), float("nan"), "\ud800", [{"a": 2**60}]]
)
def test_a_value_that_cannot_be_hashed_is_rejected_before_the_commit(by: Caller, value: Any) -> None:
    by.transaction.create(_thing(by))

    with pytest.raises(AssertionError, match="RFC 8785"):
        by.transaction.audit("thing.created", "thing_1", [Change(field="score", after=value)])

    assert _stored() == []
