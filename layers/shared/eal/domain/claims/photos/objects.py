"""The objects of photos in their bucket: the original as it was uploaded, a preview, and a thumbnail.

A URL that accepts or returns an object needs no API key. S3 compares a request with the URL's signature, which covers
the key, the expiry and the signed headers (S3's API reference, "Authenticating Requests: Using Query Parameters"). So
an upload has the declared type and size, S3 itself verifies the SHA-256, and `If-None-Match: *` accepts one upload.
"""

from __future__ import annotations

import base64
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import aws, settings
from eal.domain.claims.bucket import UPLOAD_WINDOW, NotDeleted
from eal.domain.claims.photos.model import EXTENSIONS, PhotoRef

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from eal.core.tenancy import Tenant
    from eal.domain.claims.photos.model import Photo, Rendition

RENDITIONS: tuple[Rendition, ...] = ("original", "preview", "thumbnail")
_MAX_DELETED = 1000
"""S3's limit of a DeleteObjects."""


def ref_of(photo: Photo, tenant: Tenant) -> PhotoRef:
    return PhotoRef(tenant, photo.claim_id, photo.id)


def upload_headers(photo: Photo) -> dict[str, str]:
    """The headers that the upload must have."""
    return {
        "Content-Type": photo.content_type,
        "Content-Length": str(photo.size_bytes),
        "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(photo.sha256)).decode(),
        "If-None-Match": "*",
    }


def upload_url(photo: Photo, tenant: Tenant) -> str:
    """A URL that accepts the declared file, and no other."""
    headers = upload_headers(photo)
    return aws.s3().generate_presigned_url(
        "put_object",
        Params={
            "Bucket": settings.photos_bucket(),
            "Key": ref_of(photo, tenant).object_key("original"),
            "ContentType": headers["Content-Type"],
            "ContentLength": photo.size_bytes,
            "ChecksumSHA256": headers["x-amz-checksum-sha256"],
            "IfNoneMatch": headers["If-None-Match"],
        },
        ExpiresIn=int(UPLOAD_WINDOW.total_seconds()),
    )


def urls(photo: Photo, tenant: Tenant) -> dict[Rendition, str]:
    """URLs of the objects for an hour; none if the photo is not `ready`.

    The original is a download, because its bytes are those of a stranger: a browser saves it and shows nothing.
    """
    if photo.status != "ready":
        return {}
    ref = ref_of(photo, tenant)
    name = f'attachment; filename="{photo.id}{EXTENSIONS[photo.content_type][0]}"'
    return {
        "original": _download_url(ref, "original", ResponseContentDisposition=name),
        "preview": _download_url(ref, "preview"),
        "thumbnail": _download_url(ref, "thumbnail"),
    }


def urls_expire_at(photo: Photo, now: datetime) -> datetime | None:
    return now + UPLOAD_WINDOW if photo.status == "ready" else None


def _download_url(ref: PhotoRef, rendition: Rendition, **parameters: str) -> str:
    return aws.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings.photos_bucket(), "Key": ref.object_key(rendition), **parameters},
        ExpiresIn=int(UPLOAD_WINDOW.total_seconds()),
    )


def original(ref: PhotoRef, size_bytes: int) -> bytes | None:
    """The bytes of the original, one more than `size_bytes` at most; None if there is no object."""
    return _content(ref, "original", size_bytes + 1)


def preview(ref: PhotoRef) -> bytes | None:
    """The preview as a JPEG; None if the photo was deleted."""
    return _content(ref, "preview")


def _content(ref: PhotoRef, rendition: Rendition, limit: int | None = None) -> bytes | None:
    client = aws.s3_sdk()
    try:
        found = client.get_object(Bucket=settings.photos_bucket(), Key=ref.object_key(rendition))
    except client.exceptions.NoSuchKey:
        return None
    with found["Body"] as body:
        return body.read(limit)


def put(ref: PhotoRef, rendition: Rendition, content: bytes) -> None:
    """Store a preview or a thumbnail. It replaces that of a run that was killed afterwards."""
    aws.s3_sdk().put_object(
        Bucket=settings.photos_bucket(),
        Key=ref.object_key(rendition),
        Body=content,
        ContentType="image/jpeg",
        ContentDisposition="inline",
    )


def delete(refs: Iterable[PhotoRef]) -> None:
    """Delete all objects of the photos. The bucket keeps no versions. Raises: NotDeleted."""
    keys: Iterable[ObjectIdentifierTypeDef] = (
        {"Key": ref.object_key(rendition)} for ref in refs for rendition in RENDITIONS
    )
    for batch in batched(keys, _MAX_DELETED, strict=False):
        response = aws.s3_sdk().delete_objects(
            Bucket=settings.photos_bucket(), Delete={"Objects": [*batch], "Quiet": True}
        )
        for failed in response.get("Errors", []):
            raise NotDeleted(failed.get("Code", "no code"))
