"""Idempotency-Key: the record of the first response, committed in the transaction of the effect itself.

There is no state "in progress" that a crash could leave behind: either both the effect and its record exist, or
neither does. A second request finds the record by the failed condition and gets the first response. Only 2xx responses
are recorded. Compare: the IETF draft draft-ietf-httpapi-idempotency-key-header-07.

If an effect is outside the table (`acts_at_once`), the key is locked until it is done, for half a minute at most.

A response with personal data has a pointer for each resource in it, by which an erasure finds the record. The erasure
empties the record and does not delete it: without a record, a repeated request would create the person again.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import settings
from eal.core.errors import Conflict, IdempotencyMismatch, InvalidRequest, NotFound
from eal.core.table.item import compressed, to_attributes
from eal.core.table.keys import Key, key, responses_partition
from eal.core.table.read import get
from eal.core.table.write import Operation, transact
from eal.entry.http.request import Response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.entry.http.request import Request

RETENTION = timedelta(hours=24)
LOCK_LEASE = timedelta(seconds=30)
"""Longer than the function's timeout: after it, the holder of the lock is dead."""
_WAIT_SECONDS, _POLL_SECONDS = 12.0, 0.2
_MAX_KEY_CHARACTERS = 255


class ReplayedRequest(Exception):
    """An earlier request with this key got this response."""

    def __init__(self, response: Response) -> None:
        self.response = response


class _Locked(Exception):
    """The first request with this key is still in progress."""


class Idempotency(NamedTuple):
    """The key of a request's record, and the fingerprint by which a repeated request is recognized."""

    tenant: Tenant
    record_key: Key
    fingerprint: str
    now: datetime
    request_id: str

    def record(self, response: Response, shown_once: frozenset[str]) -> list[Operation]:
        """The operations that store the response, without the secrets that it shows once, and the pointers to it."""
        ttl = int((self.now + RETENTION).timestamp())
        item: Item = {
            **self.record_key._asdict(),
            "kind": "IDEMPOTENCY",
            "fingerprint": self.fingerprint,
            "status": response.status,
            "body": compressed(_without(response.body, shown_once)),
            "headers": dict(response.headers),
            "shows": list(response.resource_ids),
            "ttl": ttl,
        }
        return [self._put(item), *(self._pointer(resource_id, ttl) for resource_id in response.resource_ids)]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let requests with the same key wait while this one has an effect that no transaction can roll back.

        Raises: ReplayedRequest and the other outcomes of a record that exists already or appears meanwhile; Conflict
        after twelve seconds.
        """
        item: Item = {
            **self.record_key._asdict(),
            "kind": "IDEMPOTENCY",
            "fingerprint": self.fingerprint,
            "held_by": self.request_id,
            "ttl": int((self.now + LOCK_LEASE).timestamp()),
        }
        end = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                transact([self._put(item)])
                break
            except _Locked:
                if time.monotonic() > end:
                    raise Conflict(
                        "A request with this Idempotency-Key is still in progress. Repeat it in a few seconds."
                    ) from None
                time.sleep(_POLL_SECONDS)
        try:
            yield
        except BaseException:
            self._unlock()
            raise

    def _put(self, item: Item) -> Operation:
        values: Item = {":now": int(self.now.timestamp()), ":me": self.request_id}
        return Operation(
            {
                "Put": {
                    "TableName": settings.state_table(),
                    "Item": to_attributes(item),
                    # DynamoDB deletes expired items late, up to days: an expired record does not count.
                    "ConditionExpression": "attribute_not_exists(pk) OR #ttl <= :now OR held_by = :me",
                    "ExpressionAttributeNames": {"#ttl": "ttl"},
                    "ExpressionAttributeValues": to_attributes(values),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            lambda old: self._refusal(old or {}),
        )

    def _unlock(self) -> None:
        delete = {
            "TableName": settings.state_table(),
            "Key": to_attributes(self.record_key._asdict()),
            "ConditionExpression": "held_by = :me",
            "ExpressionAttributeValues": to_attributes({":me": self.request_id}),
        }
        with suppress(_Locked):  # another request holds the lock by now
            transact([Operation({"Delete": delete}, lambda _old: _Locked())])  # type: ignore[typeddict-item]  # in parts

    def _pointer(self, resource_id: str, ttl: int) -> Operation:
        item: Item = {
            "pk": responses_partition(self.tenant, resource_id),
            "sk": self.record_key.sk,
            "kind": "RESPONSE",
            "record": self.record_key.pk,
            "ttl": ttl,
        }
        return Operation(
            {"Put": {"TableName": settings.state_table(), "Item": to_attributes(item)}},
            lambda _old: AssertionError("a Put without a condition was refused"),
        )

    def replay_if_recorded(self) -> None:
        """Raise the outcome of the record, if there is one: for requests that failed before a commit.

        Raises: ReplayedRequest, IdempotencyMismatch; NotFound for a response that was erased.
        """
        item = get(self.record_key)
        if item and cast("int", item["ttl"]) > self.now.timestamp() and "held_by" not in item:
            raise self._refusal(item)

    def _refusal(self, item: dict[str, Json]) -> Exception:
        if item.get("erased"):
            return NotFound("The stored response to this request was erased.", id=item["erased"])
        if item.get("fingerprint") != self.fingerprint:
            return IdempotencyMismatch(
                "This Idempotency-Key was already used for a different request. Use a new key for each new request."
            )
        if "held_by" in item:
            return _Locked()
        headers = cast("dict[str, str]", item["headers"])
        return ReplayedRequest(
            Response(
                cast("int", item["status"]),
                cast("str", item["body"]),
                {**headers, "Idempotent-Replayed": "true"},
            )
        )


def of(request: Request, caller: Caller, body: dict[str, Json]) -> Idempotency | None:
    """The request's idempotency, or None without an Idempotency-Key.

    Raises: InvalidRequest for a key that is empty, too long, or not printable ASCII.
    """
    text = request.headers.get("idempotency-key")
    if text is None:
        return None
    if not 1 <= len(text) <= _MAX_KEY_CHARACTERS or not text.isascii() or not text.isprintable():
        raise InvalidRequest(
            f"Idempotency-Key must be 1 to {_MAX_KEY_CHARACTERS} printable ASCII characters."
        )
    identity = "\0".join((caller.credential_id, request.method, request.path, text))
    content = json.dumps(
        [sorted(request.query.items()), request.headers.get("if-match"), body], sort_keys=True
    )
    return Idempotency(
        tenant=caller.tenant,
        record_key=key(caller.tenant, "IDEMPOTENCY", hashlib.sha256(identity.encode()).hexdigest()),
        fingerprint=hashlib.sha256(content.encode()).hexdigest(),
        now=caller.at,
        request_id=request.id,
    )


def _without(body: str, shown_once: frozenset[str]) -> str:
    if not shown_once:
        return body
    shown = json.loads(body)
    for path in shown_once:
        *outer, name = path.split(".")
        parent = shown
        for step in outer:
            parent = parent[step]
        parent[name] = None
    return json.dumps(shown)
