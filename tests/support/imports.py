"""Imports in process: uploads to presigned URLs, and S3's notifications about them."""

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
    response = call("POST", "/v1/leads/import", key=key or tenant.write, json_body={"format": "csv", **body})
    assert response.status == 201, response.text
    found: dict[str, Any] = response.json
    return found


def key_of(url: str) -> str:
    """The object key in a presigned URL."""
    return unquote(urlsplit(url).path.lstrip("/"))


def upload(lead_import: dict[str, Any], content: str | bytes) -> str:
    """Upload the file. Returns the body of the notification that S3 would send to the queue."""
    raw = content.encode() if isinstance(content, str) else content
    name = key_of(lead_import["upload"]["url"])
    if_none_match = lead_import["upload"]["headers"]["If-None-Match"]
    stored = aws.s3_sdk().put_object(Bucket=UPLOADS_BUCKET, Key=name, Body=raw, IfNoneMatch=if_none_match)
    return notification(name, etag=stored["ETag"], size=len(raw))


def put(lead_import: dict[str, Any], content: str | bytes) -> str:
    """Upload the file. Returns the message to which the worker turns S3's notification."""
    event = sqs_event(QUEUE, [upload(lead_import, content)])
    assert load_app("workers/import_leads").handler(event, None) == {"batchItemFailures": []}
    (message,) = peek(QUEUE)
    return json.dumps(message)


def notification(*names: str, etag: str = "", size: int = 0) -> str:
    """S3's notification of uploads with these keys."""
    at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    stored = [{"key": name.replace("=", "%3D"), "eTag": etag.strip('"'), "size": size} for name in names]
    bucket = {"name": UPLOADS_BUCKET}
    return json.dumps(
        {"Records": [{"eventTime": at, "s3": {"bucket": bucket, "object": each}} for each in stored]}
    )


def consume(body: str, received: int = 1) -> bool:
    """Pass the message, and all that the worker sends to itself, to the worker. Returns whether all succeeded."""
    handler = load_app("workers/import_leads").handler
    done: bool = handler(sqs_event(QUEUE, [body], received), None) == {"batchItemFailures": []}
    for message in peek(QUEUE):
        done = consume(json.dumps(message)) and done
    return done


def read(lead_import: dict[str, Any], key: str) -> dict[str, Any]:
    response = call("GET", f"/v1/leads/imports/{lead_import['id']}", key=key)
    assert response.status == 200, response.text
    found: dict[str, Any] = response.json
    return found


def imported(tenant: Tenant, content: str | bytes, key: str | None = None, **body: Any) -> dict[str, Any]:
    """An import after its creation, upload and processing."""
    lead_import = new_import(tenant, key, **body)
    assert consume(put(lead_import, content))
    return read(lead_import, key or tenant.write)


def signed_with(url: str) -> dict[str, str]:
    """The query parameters of a presigned URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
