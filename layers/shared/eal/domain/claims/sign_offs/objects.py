"""The objects of sign-offs in the bucket of the photos: the frozen content until its bundle is written, and the bundle.

The content is stored before the transaction that signs it, and a transaction can fail. So it is a draft, which expires,
and the worker writes it to its final place. The key of a file ends with its hash: a worker that runs twice at once can
only add files, never replace those that a manifest names.
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from eal.core import aws, settings
from eal.domain.claims.bucket import UPLOAD_WINDOW, NotDeleted
from eal.domain.claims.sign_offs.files import MANIFEST_NAME, REPORT_NAME
from eal.domain.claims.sign_offs.model import SignOffRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from eal.core.tenancy import Tenant
    from eal.domain.claims.sign_offs.files import BundleFile
    from eal.domain.claims.sign_offs.model import SignOff

CONTENT_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
_MAX_DELETED = 1000
"""S3's limit of a DeleteObjects."""


def put_draft(ref: SignOffRef, content: bytes) -> None:
    aws.s3().put_object(Bucket=settings.photos_bucket(), Key=_draft_key(ref), Body=content)


def draft(ref: SignOffRef) -> bytes | None:
    """The frozen content; None if it was deleted."""
    client = aws.s3_sdk()
    try:
        found = client.get_object(Bucket=settings.photos_bucket(), Key=_draft_key(ref))
    except client.exceptions.NoSuchKey:
        return None
    with found["Body"] as body:
        return body.read()


def put(ref: SignOffRef, file: BundleFile, content: bytes) -> None:
    """Store a file of the bundle. A repeated run stores the same bytes."""
    aws.s3_sdk().put_object(
        Bucket=settings.photos_bucket(),
        Key=_file_key(ref, file.name, file.sha256),
        Body=content,
        ContentType=CONTENT_TYPES[file.name.rpartition(".")[2]],
    )


def urls(sign_off: SignOff, tenant: Tenant) -> dict[str, str]:
    """URLs of the files by their names, for an hour, of those that were not deleted."""
    if sign_off.manifest is None or sign_off.files_deleted_at:
        return {}
    ref = SignOffRef(tenant, sign_off.claim_id, sign_off.id)
    hashes = {file.name: file.sha256 for file in sign_off.manifest.files}
    hashes[MANIFEST_NAME] = sign_off.manifest.sha256
    if sign_off.report_deleted_at:
        hashes.pop(REPORT_NAME, None)
    return {name: _url(ref, sign_off, name, sha256) for name, sha256 in hashes.items()}


def _url(ref: SignOffRef, sign_off: SignOff, name: str, sha256: str) -> str:
    download = f'attachment; filename="{sign_off.claim_id}-v{sign_off.number}-{name}"'
    return aws.s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.photos_bucket(),
            "Key": _file_key(ref, name, sha256),
            "ResponseContentDisposition": download,
        },
        ExpiresIn=int(UPLOAD_WINDOW.total_seconds()),
    )


def delete_draft(ref: SignOffRef) -> None:
    aws.s3().delete_object(Bucket=settings.photos_bucket(), Key=_draft_key(ref))


def delete_sign_off(ref: SignOffRef) -> None:
    """Delete the files of a sign-off, and its draft. Raises: NotDeleted."""
    delete_draft(ref)
    _delete(f"{_folder(ref)}/")


def delete_report(ref: SignOffRef) -> None:
    """Raises: NotDeleted."""
    _delete(f"{_folder(ref)}/{REPORT_NAME}/")


def delete_claim(tenant: Tenant, claim_id: str) -> None:
    """Delete the files and drafts of all sign-offs of a claim. Raises: NotDeleted."""
    _delete(f"{_claim_folder(tenant, claim_id)}/sign_offs/")
    _delete(f"drafts/{_claim_folder(tenant, claim_id)}/")


def _delete(prefix: str) -> None:
    client, bucket = aws.s3_sdk(), settings.photos_bucket()
    for batch in batched(_listed(prefix), _MAX_DELETED, strict=False):
        response = client.delete_objects(Bucket=bucket, Delete={"Objects": [*batch], "Quiet": True})
        for failed in response.get("Errors", []):
            raise NotDeleted(failed.get("Code", "no code"))


def _listed(prefix: str) -> Iterator[ObjectIdentifierTypeDef]:
    after = ""
    while True:
        page = aws.s3_sdk().list_objects_v2(Bucket=settings.photos_bucket(), Prefix=prefix, StartAfter=after)
        for found in page.get("Contents", []):
            after = found["Key"]
            yield {"Key": after}
        if not page.get("IsTruncated"):
            return


def _claim_folder(tenant: Tenant, claim_id: str) -> str:
    """`org_…/live/clm_…`, where the claim's photos are too."""
    return "/".join((tenant.organization_id, tenant.mode, claim_id))


def _folder(ref: SignOffRef) -> str:
    return f"{_claim_folder(ref.tenant, ref.claim_id)}/sign_offs/{ref.sign_off_id}"


def _file_key(ref: SignOffRef, name: str, sha256: str) -> str:
    return f"{_folder(ref)}/{name}/{sha256}"


def _draft_key(ref: SignOffRef) -> str:
    return f"drafts/{_claim_folder(ref.tenant, ref.claim_id)}/{ref.sign_off_id}"
