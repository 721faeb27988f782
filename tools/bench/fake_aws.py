"""A fake AWS with canned responses, which return at once: a measurement contains our code and the AWS client only.

The responses have the format of the services; `items` has their content. The webhook endpoint at /hooks is
part of the fake.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from eal.core import ids
from eal.core.table.item import from_attributes, to_attributes
from tools.bench import items, samples, user_pool
from tools.bench.server import Request, Response
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.core.table.item import Item
    from tools.bench.items import Tables

API = "/v1"
"""The public API, as the dashboard sees it: a page of leads."""
LEADS_OF_A_PAGE = 20
LISTED_ITEMS = 50
"""The items of a partition, which fill a page of the default length."""
type Body = dict[str, Any]


class FakeAws:
    """Responds to every AWS call of the functions. `requests` are the calls since the list was last cleared."""

    def __init__(self) -> None:
        self.tables: Tables | None = None
        self.requests: list[tuple[str, Body]] = []
        self._lists: dict[str, bytes] = {}
        self._page_of_leads = _leads()
        self._operations: dict[str, Callable[[Body], Body]] = {
            "UpdateItem": self._update_item,
            "GetItem": self._get_item,
            "BatchGetItem": self._batch_get_item,
            "TransactGetItems": self._transact_get_items,
            "TransactWriteItems": lambda _request: {},
            "PutItem": lambda _request: {},
            "BatchExecuteStatement": lambda request: {"Responses": [{} for _ in request["Statements"]]},
            "BatchWriteItem": lambda _request: {"UnprocessedItems": {}},
            "GenerateMac": lambda request: {"Mac": _text(b"m" * 32), "KeyId": request["KeyId"]},
            "Encrypt": lambda request: {"CiphertextBlob": _text(b"c" * 64), "KeyId": request["KeyId"]},
            "Decrypt": lambda _request: {"Plaintext": _text(items.SECRET.encode())},
            "GetSecretValue": lambda request: {"ARN": request["SecretId"], "SecretString": "the secret"},
            "SendMessage": lambda _request: {"MessageId": "message"},
            "SendMessageBatch": lambda request: {
                "Successful": [{"Id": entry["Id"], "MessageId": "message"} for entry in request["Entries"]]
            },
            "PutEvents": lambda request: {
                "FailedEntryCount": 0,
                "Entries": [{"EventId": "event"} for _ in request["Entries"]],
            },
        }

    def respond(self, request: Request) -> Response:
        """The handler for `Server`."""
        if request.path.startswith(API):
            return self._page_of_leads
        if request.path == user_pool.TOKEN_PATH or request.path.endswith(user_pool.KEYS_PATH):
            return user_pool.respond(request)
        target = request.headers.get("x-amz-target")
        if target is None:
            return _object(request)
        operation = target.rpartition(".")[2]
        body = json.loads(request.body)
        self.requests.append((operation, body))
        headers = {"Content-Type": request.headers.get("content-type", "application/x-amz-json-1.0")}
        if operation == "Query":
            return Response(200, self._query(body), headers)
        return Response(200, _json(self._operations[operation](body)), headers)

    def _update_item(self, request: Body) -> Body:
        if request.get("ReturnValues") != "ALL_NEW":
            return {}
        return {"Attributes": self._item(request)}

    def _get_item(self, request: Body) -> Body:
        item = self._item(request)
        return {"Item": item} if item else {}

    def _batch_get_item(self, request: Body) -> Body:
        ((table, batch),) = request["RequestItems"].items()
        return {
            "Responses": {table: [item for key in batch["Keys"] if (item := self._item({"Key": key}))]},
            "UnprocessedKeys": {},
        }

    def _transact_get_items(self, request: Body) -> Body:
        return {"Responses": [self._get_item(operation["Get"]) for operation in request["TransactItems"]]}

    def _item(self, request: Body) -> Body | None:
        key = from_attributes(request["Key"])
        tables, pk = self._tables(), str(key["pk"])
        item = tables.state(pk, str(key["sk"])) if "sk" in key else tables.access(pk)
        return None if item is None else dict(to_attributes(item))

    def _query(self, request: Body) -> bytes:
        """The response with the items of a partition, which is cached."""
        values = request["ExpressionAttributeValues"]
        written = any(operation in ("PutItem", "TransactWriteItems") for operation, _ in self.requests)
        if request.get("IndexName") == "feed" and written:
            return b'{"Items": [], "Count": 0}'  # the worker has archived the records of the first query
        pk = str(values.get(":pk", values.get(":person", {})).get("S", ""))
        if pk not in self._lists:
            listed = [dict(to_attributes(item)) for item in self._listed(pk)]
            self._lists[pk] = _json({"Items": listed, "Count": len(listed)})
        return self._lists[pk]

    def _listed(self, pk: str) -> list[Item]:
        if pk.startswith("PERSON#"):
            pk = f"{items.ORGANIZATION}#both#MEMBER"  # the index has the members themselves
        kind = pk.split("#")[2] if "#" in pk else ""
        prefix = {
            "LEAD": "lead", "CALL": "call", "KEY": "key", "WEBHOOK": "wh", "AUDIT": "aud", "MEMBER": "mem",
        }.get(kind)  # fmt: skip
        if prefix is None:
            return []
        count = 1 if kind in ("WEBHOOK", "AUDIT", "MEMBER") else LISTED_ITEMS
        items_of_kind = (self._tables().state(pk, ids.new(prefix, items.AT)) for _ in range(count))
        return [item for item in items_of_kind if item]

    def _tables(self) -> Tables:
        if self.tables is None:
            raise AssertionError("set `tables` after the server has a port")
        return self.tables


def _object(request: Request) -> Response:
    """The response of S3, or of the webhook endpoint."""
    if request.method == "GET":
        vendor = next((name for name in items.VENDORS if f"inbound/{name}/" in request.path), "callrail")
        body = samples.sample(f"inbound/{vendor}")["body"].encode()
        return Response(200, body, {"Content-Type": "application/json"})
    headers = {"ETag": '"0"', "Content-Type": "application/json"}
    if request.method == "HEAD":
        headers["x-amz-meta-message"] = samples.sample("workers/normalise_callrail")["Records"][0]["body"]
    return Response(200, b"", headers)


def _json(body: Body) -> bytes:
    """The body of a response. Binary attributes are base64 in it."""
    return json.dumps(body, default=_text).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _leads() -> Response:
    _, body = examples()["listLeads"]
    leads = {"data": body["data"] * LEADS_OF_A_PAGE, "next_cursor": None}
    return Response(200, json.dumps(leads).encode(), {"Content-Type": "application/json"})
