"""Our copies of recordings: requested when a call tracker reports one, fetched by a worker, served by a URL that
expires, and deleted by the tenant's retention or an erasure.

A call has one object in the bucket. It is deleted before its item, so no object remains without one.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from eal.core import aws, settings
from eal.core.table.item import dump, load
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.domain.calls import audio
from eal.domain.calls.model import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.calls.audio import AudioFormat
    from eal.domain.calls.model import Call, CallRecord

URL_LIFETIME = timedelta(hours=1)
PART_BYTES = 8 * 1024 * 1024
"""Size of a part of an upload, and so of a recording's part in memory."""


class NotAudio(Exception):
    """The file is empty or has no format of `eal.domain.calls.audio`."""


class StoredAudio(NamedTuple):
    content_type: str
    size_bytes: int


class RecordingUrl(NamedTuple):
    """A URL that returns a recording without an API key until it expires."""

    url: str
    expires_at: datetime


def recording_key(tenant: Tenant, call_id: str) -> Key:
    """`org_…#live#RECORDING`, `call_…`."""
    return key(tenant, "RECORDING", call_id)


def item_of(recording: Recording, tenant: Tenant) -> Item:
    return {**recording_key(tenant, recording.id)._asdict(), "kind": "RECORDING", **dump(recording)}


def request(before: Call | None, after: Call, by: Caller) -> None:
    """Enqueue the copy of a recording that an event reports, once the call has ended."""
    url = after.facts.recording_url
    if not after.has_ended or url is None:
        return
    old: Recording | None = None
    if before and before.has_ended and before.facts.recording_url:
        if before.facts.recording_url == url:
            return
        item = get(recording_key(by.tenant, after.id))
        old = load(Recording, item) if item else None
    new = Recording(
        id=after.id,
        source_sha256=source_sha256(url),
        status="pending",
        requested_at=by.at,
        next_attempt_at=by.at,
        version=old.version + 1 if old else 1,
        simulated=by.mode == "test",
    )
    by.transaction.put_version(item_of(new, by.tenant), was=old.version if old else 0)
    by.transaction.enqueue_task(
        "fetch_recording", {"call_id": new.id, "source_sha256": new.source_sha256, "attempt": 1}
    )


def source_sha256(url: str) -> str:
    """The hash that stands for a tracker's URL in messages, because the URL needs no authentication."""
    return hashlib.sha256(url.encode()).hexdigest()


def audited(recording: Recording) -> Item:
    """The recording's part of an audit record of its call."""
    return {
        "recording.status": recording.status,
        "recording.content_type": recording.content_type,
        "recording.size_bytes": recording.size_bytes,
        "recording.error": recording.last_error if recording.status == "failed" else None,
    }


def delete_object(tenant: Tenant, call_id: str) -> None:
    """Delete the object of a call, if there is one. The bucket keeps no versions."""
    aws.s3().delete_object(Bucket=settings.recordings_bucket(), Key=_object_key(tenant, call_id))


def url_of(record: CallRecord, by: Caller) -> RecordingUrl | None:
    """The recording's URL for an hour; None if it is not stored."""
    if record.recording is None or record.recording.status != "stored":
        return None
    url = aws.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings.recordings_bucket(), "Key": _object_key(by.tenant, record.call.id)},
        ExpiresIn=int(URL_LIFETIME.total_seconds()),
    )
    return RecordingUrl(url, by.at + URL_LIFETIME)


def store_audio(tenant: Tenant, call_id: str, pieces: Iterator[bytes]) -> StoredAudio:
    """Store a recording, of which at most one part is in memory. Nothing is stored if an exception occurs.

    Raises: NotAudio; what `pieces` raises.
    """
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= audio.MAGIC_BYTES:
            break
    found = audio.format_of(bytes(buffer[: audio.MAGIC_BYTES]))
    if found is None:
        raise NotAudio
    for piece in pieces:
        buffer += piece
        if len(buffer) >= PART_BYTES:
            return StoredAudio(found.content_type, _upload_parts(tenant, call_id, found, buffer, pieces))
    aws.s3_sdk().put_object(
        Bucket=settings.recordings_bucket(),
        Key=_object_key(tenant, call_id),
        Body=bytes(buffer),
        ContentType=found.content_type,
        ContentDisposition=_disposition(call_id, found),
    )
    return StoredAudio(found.content_type, len(buffer))


def _upload_parts(
    tenant: Tenant, call_id: str, found: AudioFormat, buffer: bytearray, pieces: Iterator[bytes]
) -> int:
    """Upload `buffer` and the rest of the pieces in parts. Returns the size in bytes."""
    client, bucket, object_key = (
        aws.s3_sdk(),
        settings.recordings_bucket(),
        _object_key(tenant, call_id),
    )
    upload_id = client.create_multipart_upload(
        Bucket=bucket,
        Key=object_key,
        ContentType=found.content_type,
        ContentDisposition=_disposition(call_id, found),
    )["UploadId"]
    parts: list[CompletedPartTypeDef] = []
    size = 0

    def upload_part() -> None:
        part = client.upload_part(
            Bucket=bucket,
            Key=object_key,
            UploadId=upload_id,
            PartNumber=len(parts) + 1,
            Body=bytes(buffer),
        )
        parts.append({"PartNumber": len(parts) + 1, "ETag": part["ETag"]})
        buffer.clear()

    with ExitStack() as on_failure:
        # A killed worker leaves its parts, which the bucket's lifecycle deletes after a day.
        on_failure.callback(client.abort_multipart_upload, Bucket=bucket, Key=object_key, UploadId=upload_id)
        size += len(buffer)
        upload_part()
        for piece in pieces:
            buffer += piece
            size += len(piece)
            if len(buffer) >= PART_BYTES:
                upload_part()
        if buffer:
            upload_part()
        client.complete_multipart_upload(
            Bucket=bucket, Key=object_key, UploadId=upload_id, MultipartUpload={"Parts": parts}
        )
        on_failure.pop_all()
    return size


def _object_key(tenant: Tenant, call_id: str) -> str:
    return f"{tenant.organization_id}/{tenant.mode}/{call_id}"


def _disposition(call_id: str, found: AudioFormat) -> str:
    return f'inline; filename="{call_id}.{found.extension}"'
