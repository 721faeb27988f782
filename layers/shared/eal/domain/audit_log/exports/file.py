"""The file of an export in S3: a multipart upload that becomes an object when it is completed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.core import aws, settings

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.exports.model import AuditExport

_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
_READ_BYTES = 1024 * 1024


class FileMissing(Exception):
    """The upload or the object no longer exists. The bucket keeps unfinished uploads for a week."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """The name of an export's file, and the folder in the bucket for it and for what the worker keeps between runs."""

    folder: str
    name: str

    @classmethod
    def of(cls, export: AuditExport, tenant: Tenant) -> ExportFile:
        return cls(
            f"exports/{tenant.organization_id}/{tenant.mode}/{export.id}/",
            f"audit-log-{export.id}.{export.format}",
        )

    @property
    def object_key(self) -> str:
        return self.folder + self.name


def begin(export_file: ExportFile, format_: str) -> str:
    """Start an upload. Returns its id."""
    upload = aws.s3_sdk().create_multipart_upload(
        Bucket=settings.uploads_bucket(),
        Key=export_file.object_key,
        ContentType=_TYPES[format_],
        ContentDisposition=f'attachment; filename="{export_file.name}"',
    )
    return upload["UploadId"]


def put_part(export_file: ExportFile, upload_id: str, number: int, data: bytes) -> None:
    """Raises: FileMissing."""
    try:
        aws.s3_sdk().upload_part(
            Bucket=settings.uploads_bucket(),
            Key=export_file.object_key,
            UploadId=upload_id,
            PartNumber=number,
            Body=data,
        )
    except aws.s3_sdk().exceptions.NoSuchUpload:
        raise FileMissing from None


def complete(export_file: ExportFile, upload_id: str) -> None:
    """Turn the parts into the object. No error if the upload is missing: an earlier run may have completed it."""
    client, bucket = aws.s3_sdk(), settings.uploads_bucket()
    parts: list[CompletedPartTypeDef] = []
    try:
        is_truncated = True
        while is_truncated:
            page = client.list_parts(
                Bucket=bucket,
                Key=export_file.object_key,
                UploadId=upload_id,
                PartNumberMarker=parts[-1]["PartNumber"] if parts else 0,
            )
            parts += [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in page["Parts"]]
            is_truncated = page["IsTruncated"]
        client.complete_multipart_upload(
            Bucket=bucket, Key=export_file.object_key, UploadId=upload_id, MultipartUpload={"Parts": parts}
        )
    except client.exceptions.NoSuchUpload:
        return


def hash_and_size(export_file: ExportFile, max_hashed_bytes: int) -> tuple[str | None, int]:
    """The SHA-256 of the object in the bucket, None if it is larger than `max_hashed_bytes`; and its size in bytes.

    Raises: FileMissing.
    """
    try:
        found = aws.s3_sdk().get_object(Bucket=settings.uploads_bucket(), Key=export_file.object_key)
    except aws.s3_sdk().exceptions.NoSuchKey:
        raise FileMissing from None
    if found["ContentLength"] > max_hashed_bytes:
        found["Body"].close()
        return None, found["ContentLength"]
    digest, size = hashlib.sha256(), 0
    for chunk in found["Body"].iter_chunks(_READ_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def put_tail(export_file: ExportFile, name: str, data: bytes) -> None:
    """Store data that is too small for a part, for the next run."""
    aws.s3_sdk().put_object(Bucket=settings.uploads_bucket(), Key=export_file.folder + name, Body=data)


def get_tail(export_file: ExportFile, name: str) -> bytes:
    """Raises: FileMissing."""
    try:
        tail = aws.s3_sdk().get_object(Bucket=settings.uploads_bucket(), Key=export_file.folder + name)
    except aws.s3_sdk().exceptions.NoSuchKey:
        raise FileMissing from None
    return tail["Body"].read()


def download_url(export_file: ExportFile, seconds: int) -> str:
    """A URL that returns the object without an API key, for a number of seconds."""
    url: str = aws.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings.uploads_bucket(), "Key": export_file.object_key},
        ExpiresIn=seconds,
    )
    return url
