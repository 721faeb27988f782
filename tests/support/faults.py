"""Faults at the border to AWS: a call that fails before it is sent, or after it was carried out."""

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
    """The process is gone: nothing catches this, and nothing after it runs."""


class Calls:
    """Counts AWS calls by operation; kills after, or fails before, a chosen one."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.kill_after: int | None = None
        self.refuse: dict[str, str] = {}

    def count(self, operation: str) -> int:
        return self.made.count(operation)


@contextmanager
def watched_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Every AWS call in this block. `refuse[operation] = code` makes it answer an error; `kill_after = n` ends the
    process right after call n was carried out."""
    calls = Calls()
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def watched(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        calls.made.append(operation)
        if operation in calls.refuse:
            raise ClientError({"Error": {"Code": calls.refuse[operation], "Message": "refused"}}, operation)
        try:
            return send(client, operation, arguments)
        finally:  # a condition that does not hold is an answer, too
            if calls.kill_after is not None and len(calls.made) >= calls.kill_after:
                raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
        yield calls


@contextmanager
def overtaken(monkeypatch: pytest.MonkeyPatch, other: Callable[[], object]) -> Iterator[None]:
    """`other` happens between the reads and the commit of this block's first write, once."""
    transact = write.transact

    def late(operations: Sequence[write.Operation]) -> None:
        patch.undo()
        other()
        transact(operations)

    with monkeypatch.context() as patch:
        patch.setattr(write, "transact", late)
        yield


MAX_TRANSACTION_BYTES = 4 * 1024 * 1024


@contextmanager
def transactions_limited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DynamoDB's limit of a transaction's items together, which moto does not know. JSON is counted, a little more."""
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def stored(client: Any, one: dict[str, Any]) -> Any:
        ((_, request),) = one.items()
        at = request.get("Key") or {name: request["Item"][name] for name in ("pk", "sk")}
        return send(client, "GetItem", {"TableName": request["TableName"], "Key": at}).get("Item", request)

    def limited(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation in ("TransactWriteItems", "TransactGetItems"):
            items = [stored(client, one) for one in arguments["TransactItems"]]
            if len(json.dumps(items, ensure_ascii=False).encode()) > MAX_TRANSACTION_BYTES:
                raise ClientError(
                    {"Error": {"Code": "ValidationException", "Message": "too large"}}, operation
                )
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", limited)
        yield
