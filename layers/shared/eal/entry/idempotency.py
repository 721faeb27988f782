"""Idempotency-Key: the record of the first answer, committed in the transaction of the effect itself.

There is no state "in progress" and so nothing that a crash could leave stuck: either the effect and its record are
both there, or neither is. Whoever comes second finds the record by the failed condition and gets the first answer.
Only 2xx answers are kept. Compare: the IETF draft draft-ietf-httpapi-idempotency-key-header-07.

An answer that shows a person lies beside a pointer for each resource in it, so that an erasure finds it. The erasure
empties the record and leaves it: without a record, a repeat of the request would make the person again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal import settings
from eal.entry.request import Answer
from eal.errors import IdempotencyMismatch, InvalidRequest, NotFound
from eal.table.item import to_attributes
from eal.table.keys import Key, key
from eal.table.read import get
from eal.table.write import Operation, answers_of

if TYPE_CHECKING:
    from datetime import datetime

    from eal.caller import Caller
    from eal.entry.request import Request
    from eal.errors import Json
    from eal.table.item import Item
    from eal.table.keys import Mode

KEPT = timedelta(hours=24)
_LONGEST = 255


@dataclass(slots=True)
class Replay(Exception):
    """The request has been answered before: this is that answer."""

    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Where a request's record lies, and what must be the same for the request to be the same."""

    organization_id: str
    mode: Mode
    at: Key
    fingerprint: str
    now: datetime

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
        kept = Operation(
            {
                "Put": {
                    "TableName": settings.state_table(),
                    "Item": to_attributes(item),
                    # DynamoDB deletes expired items late, up to days: an expired record does not count.
                    "ConditionExpression": "attribute_not_exists(pk) OR #ttl <= :now",
                    "ExpressionAttributeNames": {"#ttl": "ttl"},
                    "ExpressionAttributeValues": to_attributes({":now": int(self.now.timestamp())}),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            lambda old: self._refusal(old or {}),
        )
        return [kept, *(self._pointer(resource_id, ttl) for resource_id in answer.shows)]

    def _pointer(self, resource_id: str, ttl: int) -> Operation:
        item: Item = {
            "pk": answers_of(self.organization_id, self.mode, resource_id),
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
        if item and cast("int", item["ttl"]) > self.now.timestamp():
            raise self._refusal(item)

    def _refusal(self, item: dict[str, Json]) -> Exception:
        if item.get("erased"):
            return NotFound("What this request was answered with has been erased.", id=item["erased"])
        if item.get("fingerprint") != self.fingerprint:
            return IdempotencyMismatch(
                "This Idempotency-Key was used for another request: use a new key for a new request."
            )
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
        organization_id=caller.organization_id,
        mode=caller.mode,
        at=key(
            caller.organization_id, caller.mode, "IDEMPOTENCY", hashlib.sha256(place.encode()).hexdigest()
        ),
        fingerprint=hashlib.sha256(content.encode()).hexdigest(),
        now=caller.at,
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
