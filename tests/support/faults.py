"""Faults of AWS calls: a call that fails before it is sent, a response that is lost, or a process that is killed after
the call."""

from __future__ import annotations

import copy
from contextlib import contextmanager, suppress
from threading import RLock
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from eal.core.table import write
from tests.support.aws import backend, lock

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence


class Killed(BaseException):
    """The end of the process. A BaseException, so that no code under test catches it."""


class Calls:
    """Records AWS calls; kills the process after a call, fails the calls of an operation, or loses responses.

    `refuse[operation]` is the code of the error with which AWS refuses an operation. An operation in `unreachable` is
    not carried out. One in `unanswered` is carried out, but no attempt of the client gets a response. For one in
    `lose_response`, and the calls whose numbers from 1 are in `lose_response_of`, only the first attempt gets none:
    AWS carries the operation out, and the client sends it again. These faults begin after `accept_first[operation]`
    calls. `kill_after` is the number of the call after which the process is killed.
    """

    def __init__(self) -> None:
        self.made: list[str] = []
        self.kill_after: int | None = None
        self.refuse: dict[str, str] = {}
        self.unreachable: set[str] = set()
        self.unanswered: set[str] = set()
        self.lose_response: set[str] = set()
        self.lose_response_of: Container[int] = ()
        self.accept_first: dict[str, int] = {}

    def count(self, operation: str) -> int:
        return self.made.count(operation)

    def is_faulty(self, operation: str) -> bool:
        return self.count(operation) > self.accept_first.get(operation, 0)

    def is_response_lost(self, operation: str) -> bool:
        """Whether the last call, which is of this operation, loses its first response."""
        return len(self.made) in self.lose_response_of or (
            operation in self.lose_response and self.is_faulty(operation)
        )


@contextmanager
def watched_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Record every AWS call in this block, with the faults that the block sets. `kill_after = n` raises Killed directly
    after call n, and instead of the calls that other threads begin later."""
    calls = Calls()
    turn = RLock()
    send = aws.Client.call

    def watched(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        with turn:  # one call at a time, so that "after call n" is the same moment for all threads
            return in_turn(client, operation, arguments)

    def in_turn(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if calls.kill_after is not None and len(calls.made) >= calls.kill_after:
            raise Killed
        calls.made.append(operation)
        try:
            return _with_faults(calls, operation, lambda: send(client, operation, arguments))
        finally:  # also after a failed condition, which is a response
            if calls.kill_after is not None and len(calls.made) >= calls.kill_after:
                raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", watched)
        yield calls


def _with_faults(calls: Calls, operation: str, attempt: Callable[[], Any]) -> Any:
    if calls.is_faulty(operation):
        if operation in calls.refuse:
            raise aws.refusal(operation, calls.refuse[operation])
        if operation in calls.unreachable:
            raise aws.NotConnected(operation)
    if calls.is_response_lost(operation):
        with suppress(aws.Refused):  # a response, which is lost too
            response = attempt()
            if operation == "TransactWriteItems":
                return response  # DynamoDB recognises the second attempt by the token that both clients add
    response = attempt()
    if operation in calls.unanswered and calls.is_faulty(operation):
        raise aws.Unreachable(operation)
    return response


@contextmanager
def overtaken(monkeypatch: pytest.MonkeyPatch, other: Callable[[], object]) -> Iterator[None]:
    """Run `other` once, between the reads and the commit of the block's first transaction."""
    transact = write.transact

    def late(operations: Sequence[write.Operation], **options: Any) -> None:
        patch.undo()
        other()
        transact(operations, **options)

    with monkeypatch.context() as patch:
        patch.setattr("eal.core.transaction.transact", late)
        yield


@contextmanager
def before_first(
    monkeypatch: pytest.MonkeyPatch, operation: str, other: Callable[[], object]
) -> Iterator[None]:
    """Run `other` once, before the block's first call of the operation."""
    send = aws.Client.call
    waiting = [other]

    def watched(client: aws.Client, called: str, arguments: dict[str, Any]) -> Any:
        if called == operation and waiting:
            waiting.pop()()
        return send(client, called, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", watched)
        yield


@contextmanager
def throttled(monkeypatch: pytest.MonkeyPatch, times: int) -> Iterator[list[int]]:
    """DynamoDB throttles the first `times` transactions that write leads. The block's value is the number of operations
    of each such transaction, throttled or not."""
    sent: list[int] = []
    send = aws.Client.call

    def watched(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        puts = [item.get("Put", {}).get("Item", {}) for item in arguments.get("TransactItems", [])]
        if operation == "TransactWriteItems" and any(item.get("kind") == {"S": "LEAD"} for item in puts):
            sent.append(len(puts))
            if len(sent) <= times:
                reasons = [{"Code": "ThrottlingError"}, *({"Code": "None"} for _ in puts[1:])]
                raise aws.refusal(
                    operation, "TransactionCanceledException", members={"CancellationReasons": reasons}
                )
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", watched)
        yield sent


@contextmanager
def stale_indexes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Queries of an index return the items as they were at the beginning of this block, because AWS updates indexes
    after the table, usually within a second. Yields a function that brings the indexes up to date.
    """
    send = aws.Client.call
    tables = backend("dynamodb").tables
    seen: dict[str, Any] = {}

    def catch_up() -> None:
        seen.update({name: copy.deepcopy(table.items) for name, table in tables.items()})

    def late(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "Query" or "IndexName" not in arguments:
            return send(client, operation, arguments)
        table = tables[arguments["TableName"]]
        with lock, pytest.MonkeyPatch.context() as patch:
            patch.setattr(table, "items", seen[arguments["TableName"]])
            return send(client, operation, arguments)

    catch_up()
    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", late)
        yield catch_up
