"""Request and response models for sign-offs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Self

from eal.core.clock import Instant
from eal.core.listing import PageView
from eal.core.schema import ConfigDict, Field
from eal.core.wire import Name, Wire
from eal.domain.claims.bucket import UPLOAD_WINDOW
from eal.domain.claims.sign_offs.files import CSV_NAME, JSON_NAME, MANIFEST_NAME, REPORT_NAME, SCHEMA_NAME
from eal.domain.claims.sign_offs.model import SignOff, Status
from eal.domain.claims.wire import Reason

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
MAX_ACKNOWLEDGED = 200


class AcknowledgementBody(Wire):
    model_config = _INPUT

    check_id: Annotated[str, Field(max_length=100)]
    """The id of a finding of the checks."""
    reason: Reason
    """Why the scope is right despite the finding."""


class SignOffCreate(Wire):
    model_config = _INPUT

    signer: Name | None = None
    """The name of the person who signs, as the report shows it."""
    acknowledge: Annotated[
        list[AcknowledgementBody], Field(default_factory=list, max_length=MAX_ACKNOWLEDGED)
    ]
    """The acknowledged findings. Required for each finding with the level `block`."""


class BundleFileView(Wire):
    name: str
    """The name of the file, such as `bundle.json` or `report.pdf`."""
    sha256: str
    """The SHA-256 of the file's bytes, in hexadecimal."""
    bytes: int
    """The size of the file in bytes."""


class BundleManifestView(Wire):
    """The content of `manifest.json`."""

    files: list[BundleFileView]
    """One entry for each file of the bundle, except the manifest itself."""


class BundleView(Wire):
    json_url: str | None
    """The URL of the frozen content, in the format of `schema_url`."""
    csv_url: str | None
    """The URL of the scope's items as CSV, one per row."""
    report_url: str | None
    """The URL of the report as PDF. Also null after the deletion of a photo that it may show."""
    schema_url: str | None
    """The URL of the JSON Schema of the frozen content."""
    manifest_url: str | None
    """The URL of the manifest as a file, `manifest.json`."""
    urls_expire_at: Instant | None
    """When the URLs expire: one hour after the response. They need no API key until then."""
    manifest: BundleManifestView
    """The name, hash and size of each file. Kept when the files are deleted."""
    manifest_sha256: str
    """The SHA-256 of the manifest as RFC 8785 JSON, in hexadecimal. The audit record `claim_sign_off.bundled` contains
    it."""


class SignOffView(Wire):
    changes_by_itself: ClassVar[bool] = True  # the URLs are new in each response

    id: str
    claim_id: str
    """The id of the claim that was signed off."""
    version: int
    """The number of the sign-off within the claim, from 1. Earlier ones never change."""
    scope_version: int
    """The version of the extraction that was reviewed."""
    status: Status
    """The status of the bundle: `writing` until its files are stored, then `ready`, or `failed` for now."""
    signed_off_at: Instant
    """When the claim was signed off. It is `signed_at` in the bundle."""
    by: str
    """The id of the API key or member."""
    content_sha256: str
    """The SHA-256 of `bundle.json`, fixed when the claim was signed off."""
    bundle: BundleView | None
    """The bundle. Null unless the status is `ready`."""
    files_deleted_at: Instant | None
    """When the files were deleted at the end of the retention. The manifest and its hash remain."""

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.claim_id,)

    @classmethod
    def of_new(cls, sign_off: SignOff) -> Self:
        """The view of a new sign-off, which has no files yet."""
        return cls.of_sign_off(sign_off, {}, sign_off.signed_at)

    @classmethod
    def of_sign_off(cls, sign_off: SignOff, urls: dict[str, str], now: datetime) -> Self:
        """`urls` are those of the files by their names, made `now`."""
        return cls.model_validate(
            {
                "id": sign_off.id,
                "claim_id": sign_off.claim_id,
                "version": sign_off.number,
                "scope_version": sign_off.scope_version,
                "status": sign_off.status,
                "signed_off_at": sign_off.signed_at,
                "by": sign_off.signed_by,
                "content_sha256": sign_off.content_sha256,
                "bundle": _bundle(sign_off, urls, now + UPLOAD_WINDOW),
                "files_deleted_at": sign_off.files_deleted_at,
            },
            from_attributes=True,
        )


class SignOffPage(PageView[SignOffView]):
    pass


def _bundle(sign_off: SignOff, urls: dict[str, str], urls_expire_at: datetime) -> dict[str, object] | None:
    if sign_off.manifest is None:
        return None
    return {
        "json_url": urls.get(JSON_NAME),
        "csv_url": urls.get(CSV_NAME),
        "report_url": urls.get(REPORT_NAME),
        "schema_url": urls.get(SCHEMA_NAME),
        "manifest_url": urls.get(MANIFEST_NAME),
        "urls_expire_at": urls_expire_at if urls else None,
        "manifest": sign_off.manifest,
        "manifest_sha256": sign_off.manifest.sha256,
    }
