"""Idempotency-Key: the record of the first answer, committed in the transaction of the effect itself.

There is no state "in progress" and so nothing that a crash could leave stuck: either the effect and its record are
both there, or neither is. Whoever comes second finds the record by the failed condition and gets the first answer.
Only 2xx answers are kept. Compare: the IETF draft draft-ietf-httpapi-idempotency-key-header-07.

Where an effect is outside of the table (`acts_at_once`), the key is held meanwhile, for half a minute at most.

An answer that shows a person lies beside a pointer for each resource in it, so that an erasure finds it. The erasure
empties the record and leaves it: without a record, a repeat of the request would make the person again.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import settings
from eal.core.errors import Conflict, IdempotencyMismatch, InvalidRequest, NotFound
from eal.core.table.item import to_attributes
from eal.core.table.keys import Key, answers_partition, key
from eal.core.table.read import get
from eal.core.table.write import Operation, transact
from eal.entry.http.request import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.entry.http.request import Request

KEPT = timedelta(hours=24)
HELD = timedelta(seconds=30)
"""Longer than a function runs: who holds a key beyond it is gone."""
_WAIT_SECONDS, _LOOK_SECONDS = 12.0, 0.2
_LONGEST = 255


@dataclass(slots=True)
class Replay(Exception):
    """The request has been answered before: this is that answer."""

    answer: Answer


class _Held(Exception):
    """The first request with this key is still being answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Where a request's record lies, and what must be the same for the request to be the same."""

    tenant: Tenant
    at: Key
    fingerprint: str
    now: datetime
    request_id: str

    def record(self, answer: Answer, shown_once: frozenset[str]) -> list[Operation]:
        """The operations that keep the answer, without the secrets that it shows once, and point to it."""
        ttl = int((self.now + KEPT).timestamp())
        item: Item = {
            **self.at._asdict(),
            "kind": "IDEMPOTENCY",
            "fingerprint": self.fingerprint,
            "status": answer.status,
            "body": _without(answer.body, shown_once),
            "headers": dict(answer.headers),
            "shows": list(answer.shows),
            "ttl": ttl,
        }
        return [self._put(item), *(self._pointer(resource_id, ttl) for resource_id in answer.shows)]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others with the same key waiting while an effect is made that no transaction can hold.

        Raises: what a record says that is there already, or appears meanwhile; Conflict after twelve seconds.
        """
        item: Item = {
            **self.at._asdict(),
            "kind": "IDEMPOTENCY",
            "fingerprint": self.fingerprint,
            "held_by": self.request_id,
            "ttl": int((self.now + HELD).timestamp()),
        }
        end = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                transact([self._put(item)])
                break
            except _Held:
                if time.monotonic() > end:
                    raise Conflict("A request with this Idempotency-Key is still in progress.") from None
                time.sleep(_LOOK_SECONDS)
        try:
            yield
        except BaseException:
            self._let_go()
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

    def _let_go(self) -> None:
        delete = {
            "TableName": settings.state_table(),
            "Key": to_attributes(self.at._asdict()),
            "ConditionExpression": "held_by = :me",
            "ExpressionAttributeValues": to_attributes({":me": self.request_id}),
        }
        with suppress(_Held):  # somebody else's by now
            transact([Operation({"Delete": delete}, lambda _old: _Held())])  # type: ignore[typeddict-item]  # in parts

    def _pointer(self, resource_id: str, ttl: int) -> Operation:
        item: Item = {
            "pk": answers_partition(self.tenant, resource_id),
            "sk": self.at.sk,
            "kind": "ANSWER",
            "record": self.at.pk,
            "ttl": ttl,
        }
        return Operation(
            {"Put": {"TableName": settings.state_table(), "Item": to_attributes(item)}},
            lambda _old: AssertionError("a Put without a condition was refused"),
        )

    def replay_if_recorded(self) -> None:
        """Raise what the record says where there is one: for requests that failed before a commit.

        Raises: Replay, IdempotencyMismatch; NotFound for an answer that was erased.
        """
        item = get(self.at)
        if item and cast("int", item["ttl"]) > self.now.timestamp() and "held_by" not in item:
            raise self._refusal(item)

    def _refusal(self, item: dict[str, Json]) -> Exception:
        if item.get("erased"):
            return NotFound("The stored answer to this request was erased.", id=item["erased"])
        if item.get("fingerprint") != self.fingerprint:
            return IdempotencyMismatch(
                "This Idempotency-Key was already used for a different request. Use a new key for each new request."
            )
        if "held_by" in item:
            return _Held()
        headers = cast("dict[str, str]", item["headers"])
        return Replay(
            Answer(
                cast("int", item["status"]),
                cast("str", item["body"]),
                {**headers, "Idempotent-Replayed": "true"},
            )
        )


def of(request: Request, caller: Caller, body: dict[str, Json]) -> Idempotency | None:
    """The request's idempotency, if it asks for it.

    Raises: InvalidRequest for a key that is empty, too long, or not printable ASCII.
    """
    text = request.headers.get("idempotency-key")
    if text is None:
        return None
    if not 1 <= len(text) <= _LONGEST or not text.isascii() or not text.isprintable():
        raise InvalidRequest(f"Idempotency-Key must be 1 to {_LONGEST} printable ASCII characters.")
    place = "\0".join((caller.actor.id, request.method, request.path, text))
    content = json.dumps(
        [sorted(request.query.items()), request.headers.get("if-match"), body], sort_keys=True
    )
    return Idempotency(
        tenant=caller.tenant,
        at=key(caller.tenant, "IDEMPOTENCY", hashlib.sha256(place.encode()).hexdigest()),
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
        place = shown
        for one in outer:
            place = place[one]
        place[name] = None
    return json.dumps(shown)
