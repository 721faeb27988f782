"""An export's file in S3: a multipart upload while it is written, an object when it is done."""

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


class Gone(Exception):
    """The upload, or what it became, is not there any more: the bucket keeps unfinished uploads for a week."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the bucket an export's file lies, and what its worker keeps between two runs."""

    folder: str
    name: str

    @classmethod
    def of(cls, export: AuditExport, tenant: Tenant) -> Place:
        return cls(
            f"exports/{tenant.organization_id}/{tenant.mode}/{export.id}/",
            f"audit-log-{export.id}.{export.format}",
        )

    @property
    def key(self) -> str:
        return self.folder + self.name


def begin(place: Place, format_: str) -> str:
    """A new upload's id."""
    answer = aws.patient_s3().create_multipart_upload(
        Bucket=settings.uploads_bucket(),
        Key=place.key,
        ContentType=_TYPES[format_],
        ContentDisposition=f'attachment; filename="{place.name}"',
    )
    return answer["UploadId"]


def put_part(place: Place, upload_id: str, number: int, data: bytes) -> None:
    """Raises: Gone."""
    try:
        aws.patient_s3().upload_part(
            Bucket=settings.uploads_bucket(),
            Key=place.key,
            UploadId=upload_id,
            PartNumber=number,
            Body=data,
        )
    except aws.patient_s3().exceptions.NoSuchUpload:
        raise Gone from None


def complete(place: Place, upload_id: str) -> None:
    """Make the object of the uploaded parts. An upload that is not there may have been completed by an earlier run."""
    client, bucket = aws.patient_s3(), settings.uploads_bucket()
    parts: list[CompletedPartTypeDef] = []
    try:
        for page in client.get_paginator("list_parts").paginate(
            Bucket=bucket, Key=place.key, UploadId=upload_id
        ):
            parts += [{"PartNumber": one["PartNumber"], "ETag": one["ETag"]} for one in page["Parts"]]
        client.complete_multipart_upload(
            Bucket=bucket, Key=place.key, UploadId=upload_id, MultipartUpload={"Parts": parts}
        )
    except client.exceptions.NoSuchUpload:
        return


def hashed(place: Place) -> tuple[str, int]:
    """SHA-256 and size of the object as it lies in the bucket, read once from end to end.

    Raises: Gone.
    """
    digest, size = hashlib.sha256(), 0
    try:
        body = aws.patient_s3().get_object(Bucket=settings.uploads_bucket(), Key=place.key)["Body"]
    except aws.patient_s3().exceptions.NoSuchKey:
        raise Gone from None
    for chunk in body.iter_chunks(_READ_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def keep(place: Place, name: str, data: bytes) -> None:
    """Put aside what is too small for a part, until the next run."""
    aws.patient_s3().put_object(Bucket=settings.uploads_bucket(), Key=place.folder + name, Body=data)


def kept(place: Place, name: str) -> bytes:
    """Raises: Gone."""
    try:
        answer = aws.patient_s3().get_object(Bucket=settings.uploads_bucket(), Key=place.folder + name)
    except aws.patient_s3().exceptions.NoSuchKey:
        raise Gone from None
    return answer["Body"].read()


def address(place: Place, seconds: int) -> str:
    """A URL that fetches the object without a key."""
    url: str = aws.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings.uploads_bucket(), "Key": place.key},
        ExpiresIn=seconds,
    )
    return url
