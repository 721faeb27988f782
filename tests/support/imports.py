"""Imports in process: what S3 does when a file is put at a presigned address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from eal.core import aws, clock
from tests.support.aws import UPLOADS_BUCKET
from tests.support.http import call, load_app
from tests.support.pipeline import peek, sqs_event

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

QUEUE = "ImportQueue"


def new_import(tenant: Tenant, key: str | None = None, **body: Any) -> dict[str, Any]:
    answer = call("POST", "/v1/leads/import", key=key or tenant.write, json_body={"format": "csv", **body})
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def key_of(url: str) -> str:
    """The object that a presigned address is of."""
    return unquote(urlsplit(url).path.lstrip("/"))


def put(one: dict[str, Any], content: str | bytes) -> str:
    """Put the file as the address says. The notification's body, which S3 sends to the queue."""
    raw = content.encode() if isinstance(content, str) else content
    name = key_of(one["upload"]["url"])
    once = one["upload"]["headers"]["If-None-Match"]
    stored = aws.s3().put_object(Bucket=UPLOADS_BUCKET, Key=name, Body=raw, IfNoneMatch=once)
    return notification(name, stored["ETag"], len(raw))


def notification(name: str, etag: str = "", size: int = 0) -> str:
    stored = {"key": name.replace("=", "%3D"), "eTag": etag.strip('"'), "size": size}
    entity = {"bucket": {"name": UPLOADS_BUCKET}, "object": stored}
    at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"Records": [{"eventTime": at, "s3": entity}]})


def consume(body: str, received: int = 1) -> bool:
    """Hand the message to the worker, and what it sends itself to go on. Whether all were done."""
    handler = load_app("workers/import_leads").handler
    done: bool = handler(sqs_event(QUEUE, [body], received), None) == {"batchItemFailures": []}
    for more in peek(QUEUE):
        done = consume(json.dumps(more)) and done
    return done


def read(one: dict[str, Any], key: str) -> dict[str, Any]:
    answer = call("GET", f"/v1/leads/imports/{one['id']}", key=key)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def imported(tenant: Tenant, content: str | bytes, key: str | None = None, **body: Any) -> dict[str, Any]:
    """A whole import: made, put, worked off and read."""
    one = new_import(tenant, key, **body)
    assert consume(put(one, content))
    return read(one, key or tenant.write)


def signed_with(url: str) -> dict[str, str]:
    """The address's query, one value a name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
