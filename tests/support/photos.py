"""Photos in process: images made by Pillow, uploads to presigned URLs, and the worker that inspects them."""

from __future__ import annotations

import hashlib
import io
import json
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pillow_heif
from PIL import Image, ImageDraw

from eal.core import aws
from tests.support.aws import PHOTOS_BUCKET
from tests.support.http import call, load_app
from tests.support.imports import key_of
from tests.support.pipeline import peek, sqs_event

if TYPE_CHECKING:
    from eal.domain.claims.photos.model import ContentType
    from tests.support.tenants import Tenant

QUEUE = "PhotoQueue"
JPEG: ContentType = "image/jpeg"
PNG: ContentType = "image/png"
HEIC: ContentType = "image/heic"
FORMATS: dict[ContentType, str] = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF"}
EXTENSIONS: dict[ContentType, str] = {JPEG: "jpg", PNG: "png", HEIC: "heic"}
pillow_heif.register_heif_opener()


def scene(seed: int, size: tuple[int, int] = (400, 300)) -> Image.Image:
    """A picture of coloured rectangles, the same for the same seed."""
    choose = random.Random(seed)

    def colour() -> tuple[int, ...]:
        return tuple(choose.randrange(256) for _ in range(3))

    image = Image.new("RGB", size, colour())
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        left, top = choose.randrange(size[0]), choose.randrange(size[1])
        right, bottom = left + choose.randrange(size[0] // 2), top + choose.randrange(size[1] // 2)
        draw.rectangle((left, top, right, bottom), fill=colour())
    return image


def exif(*, orientation: int = 1, place: bool = True) -> Image.Exif:
    """The metadata of a telephone."""
    found = Image.Exif()
    found[0x0112], found[0x010F], found[0x0110] = orientation, "Apple\0", "iPhone 15 Pro"
    details = found.get_ifd(0x8769)
    details[0x9003], details[0x9011] = "2026:04:20 10:11:12", "-07:00"
    if place:
        gps = found.get_ifd(0x8825)
        gps[1], gps[2], gps[3], gps[4] = "N", (37.0, 48.0, 15.5), "W", (122.0, 16.0, 1.0)
        gps[5], gps[6] = b"\0", 12.3
    return found


def encoded(image: Image.Image, content_type: ContentType = JPEG, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, FORMATS[content_type], **options)
    return out.getvalue()


def photo(seed: int = 1, content_type: ContentType = JPEG, **options: Any) -> bytes:
    return encoded(scene(seed), content_type, **options)


def declaration(content: bytes, content_type: ContentType = JPEG, **changes: Any) -> dict[str, Any]:
    return {
        "filename": f"IMG_2041.{EXTENSIONS[content_type]}",
        "content_type": content_type,
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **changes,
    }


def declare(
    tenant: Tenant,
    claim_id: str,
    content: bytes,
    content_type: ContentType = JPEG,
    key: str | None = None,
    **changes: Any,
) -> dict[str, Any]:
    body = declaration(content, content_type, **changes)
    response = call("POST", f"/v1/claims/{claim_id}/photos", key=key or tenant.write, json_body=body)
    assert response.status == 201, response.text
    found: dict[str, Any] = response.json
    return found


def upload(declared: dict[str, Any], content: bytes) -> None:
    """Upload the file, with what the signature of the URL binds. S3 notifies the queue."""
    url, headers = declared["upload"]["url"], declared["upload"]["headers"]
    assert set(signed_headers(url)) == {"host", *(name.lower() for name in headers)}
    aws.s3_sdk().put_object(
        Bucket=PHOTOS_BUCKET,
        Key=key_of(url),
        Body=content,
        ContentType=headers["Content-Type"],
        IfNoneMatch=headers["If-None-Match"],
    )


def signed_headers(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0].split(";")


def work(received: int = 1, body: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Pass the messages of the queue, or the given one, to the worker, each alone. Returns those that failed."""
    failed = []
    for message in [body] if body else peek(QUEUE):
        event = sqs_event(QUEUE, [json.dumps(message)], received)
        if load_app("workers/inspect_photo").handler(event, None) != {"batchItemFailures": []}:
            failed.append(message)
    return failed


def inspect() -> None:
    """Let the worker consume S3's notifications, and then the messages that it sent itself."""
    for _ in range(2):
        assert work() == []


def read(tenant: Tenant, declared: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    path = f"/v1/claims/{declared['claim_id']}/photos/{declared['id']}"
    response = call("GET", path, key=key or tenant.read)
    assert response.status == 200, response.text
    found: dict[str, Any] = response.json
    return found


def inspected(
    tenant: Tenant, claim_id: str, content: bytes, content_type: ContentType = JPEG, **changes: Any
) -> dict[str, Any]:
    """A photo after its declaration, upload and inspection."""
    declared = declare(tenant, claim_id, content, content_type, **changes)
    upload(declared, content)
    inspect()
    return read(tenant, declared)


def objects() -> dict[str, bytes]:
    """The objects in the bucket, by the part of their key after the claim."""
    listed = aws.s3_sdk().list_objects_v2(Bucket=PHOTOS_BUCKET).get("Contents", [])
    return {
        found["Key"].split("/", 3)[3]: aws.s3_sdk()
        .get_object(Bucket=PHOTOS_BUCKET, Key=found["Key"])["Body"]
        .read()
        for found in listed
    }
