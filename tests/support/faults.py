"""Faults of AWS calls: a call that fails before it is sent, or a process that is killed after the call."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import botocore.client
from botocore.exceptions import ClientError

from eal.core.table import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pytest


class Killed(BaseException):
    """The end of the process. A BaseException, so that no code under test catches it."""


class Calls:
    """Records AWS calls; kills the process after a call, or fails the calls of an operation."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.kill_after: int | None = None
        self.refuse: dict[str, str] = {}

    def count(self, operation: str) -> int:
        return self.made.count(operation)


@contextmanager
def watched_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Record every AWS call in this block. `refuse[operation] = code` makes the operation fail with the error code;
    `kill_after = n` raises Killed directly after call n."""
    calls = Calls()
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def watched(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        calls.made.append(operation)
        if operation in calls.refuse:
            raise ClientError({"Error": {"Code": calls.refuse[operation], "Message": "refused"}}, operation)
        try:
            return send(client, operation, arguments)
        finally:  # also after a failed condition, which is a response
            if calls.kill_after is not None and len(calls.made) >= calls.kill_after:
                raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
        yield calls


@contextmanager
def overtaken(monkeypatch: pytest.MonkeyPatch, other: Callable[[], object]) -> Iterator[None]:
    """Run `other` once, between the reads and the commit of the block's first transaction."""
    transact = write.transact

    def late(operations: Sequence[write.Operation]) -> None:
        patch.undo()
        other()
        transact(operations)

    with monkeypatch.context() as patch:
        patch.setattr("eal.core.transaction.transact", late)
        yield


MAX_TRANSACTION_BYTES = 4 * 1024 * 1024


@contextmanager
def transactions_limited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DynamoDB's limit of 4 MiB per transaction, which moto does not have. Counts JSON, which is slightly larger."""
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def stored(client: Any, item: dict[str, Any]) -> Any:
        ((_, request),) = item.items()
        key = request.get("Key") or {name: request["Item"][name] for name in ("pk", "sk")}
        return send(client, "GetItem", {"TableName": request["TableName"], "Key": key}).get("Item", request)

    def limited(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation in ("TransactWriteItems", "TransactGetItems"):
            items = [stored(client, item) for item in arguments["TransactItems"]]
            if len(json.dumps(items, ensure_ascii=False).encode()) > MAX_TRANSACTION_BYTES:
                raise ClientError(
                    {"Error": {"Code": "ValidationException", "Message": "too large"}}, operation
                )
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", limited)
        yield
