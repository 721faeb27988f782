"""A photo of a claim: its states, what its inspection found, and which photos are alike."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Self

from eal.ai.claims.sight import PhotoSight
from eal.core import ids
from eal.core.clock import Instant
from eal.core.tenancy import Mode, Tenant

type ContentType = Literal["image/jpeg", "image/png", "image/heic"]
type Status = Literal["awaiting_upload", "inspecting", "ready", "rejected"]
type Rejection = Literal[
    "never_uploaded",
    "size_mismatch",
    "checksum_mismatch",
    "wrong_type",
    "not_an_image",
    "damaged",
    "too_many_pixels",
    "too_complex",
    "several_images",
    "unsupported_colours",
    "metadata_too_large",
    "contains_another_file",
    "inspection_failed",
]
type Rendition = Literal["original", "preview", "thumbnail"]

ID_PREFIX = "photo"
EXTENSIONS: dict[ContentType, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/heic": (".heic", ".heif"),
}
MAX_PHOTO_BYTES = 25 * 1024 * 1024
MAX_PHOTOS = 2000
"""Maximum number of photos of a claim, deleted ones included: the register of a claim is read as a whole."""

UPLOAD_DEADLINE = timedelta(days=1)
"""Time after which a photo that was never uploaded is rejected."""
UNUSED_KEPT = timedelta(days=7)
"""Time for which a photo without an upload is kept: longer than S3's notification can wait in its queue, which is 4
days."""

NEAR_DUPLICATE_BITS = 5
"""Two perceptual hashes that differ in at most as many of their 64 bits are those of near-duplicates."""

REASONS: dict[Rejection, str] = {
    "never_uploaded": "No file was uploaded within a day.",
    "size_mismatch": "The file has another size than declared.",
    "checksum_mismatch": "The file has another SHA-256 than declared.",
    "wrong_type": "The file does not have the declared content_type.",
    "not_an_image": "The file cannot be read as an image.",
    "damaged": "The file is truncated or damaged.",
    "too_many_pixels": "The image has more than 50 million pixels.",
    "too_complex": "The image is encoded in more than 100 scans.",
    "several_images": "The file is an animation, or contains several images of equal rank.",
    "unsupported_colours": "The image has a colour space for print, such as CMYK. Convert it to RGB.",
    "metadata_too_large": "The metadata of the image is larger than 256 KiB.",
    "contains_another_file": "The file is also a ZIP archive or a PDF document.",
    "inspection_failed": "The photo could not be inspected. Upload it again as a new photo.",
}
"""The explanation of each rejection in the API."""

PERSONAL = frozenset(
    {"filename", "caption", "room", "evidence.taken_at", "evidence.place", "evidence.camera"}
)
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLocation:
    """Decimal degrees in WGS 84, and metres above sea level."""

    latitude: float
    longitude: float
    altitude_metres: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    software: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoEvidence:
    """The evidence in the bytes of the original. Cameras can be set wrong, and metadata can be edited.

    `taken_at` is the camera's local time, with its offset from UTC if the camera recorded one. `width` and `height` are
    pixels as the photo is seen; `orientation` is EXIF's, from 1 to 8.
    """

    width: int
    height: int
    orientation: int = 1
    taken_at: str | None = None
    place: PhotoLocation | None = None
    camera: Camera | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `sha256` and `size_bytes` are declared; those of a `ready` photo are verified. `sight` is what a model saw in it.
    """

    id: str
    claim_id: str
    filename: str
    content_type: ContentType
    size_bytes: int
    sha256: str
    status: Status
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    request_id: str
    caption: str | None = None
    room: str | None = None
    rejection: Rejection | None = None
    evidence: PhotoEvidence | None = None
    inspected_at: Instant | None = None
    sight: PhotoSight | None = None

    @property
    def reason(self) -> str | None:
        return REASONS[self.rejection] if self.rejection else None

    @property
    def can_be_inspected(self) -> bool:
        """A photo whose inspection failed can be inspected again, when its dead letter is redriven."""
        return self.status in ("awaiting_upload", "inspecting") or self.rejection == "inspection_failed"

    def as_of(self, now: datetime) -> Self:
        """The photo with the status that it has by `now`: without an upload, it is rejected after a day."""
        if self.status != "awaiting_upload" or now < self.created_at + UPLOAD_DEADLINE:
            return self
        return replace(self, status="rejected", rejection="never_uploaded")

    def inspecting(self, at: datetime) -> Self:
        return self._next(at, status="inspecting", rejection=None)

    def ready(self, evidence: PhotoEvidence, sight: PhotoSight | None, at: datetime) -> Self:
        return self._next(at, status="ready", rejection=None, evidence=evidence, sight=sight, inspected_at=at)

    def rejected(self, rejection: Rejection, at: datetime) -> Self:
        return self._next(at, status="rejected", rejection=rejection, inspected_at=at)

    def _next(self, at: datetime, **changes: object) -> Self:
        return replace(self, version=self.version + 1, updated_at=at, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """A photo in the register of a claim. It stays when the photo is deleted.

    `perceptual_hash` is set while the photo is `ready`: 64 bits as 16 hexadecimal digits, or empty for an image without
    enough contrast to be compared.
    """

    id: str
    sha256: str
    version: int
    perceptual_hash: str | None = None
    deleted_at: Instant | None = None


class Findings(NamedTuple):
    """The photos of the claim that are like a photo and were declared before it."""

    duplicate_of: str | None = None
    near_duplicate_of: tuple[str, ...] = ()


def findings(photo: Photo, register: Iterable[RegisterEntry]) -> Findings:
    """Duplicates have the same SHA-256, near-duplicates a similar perceptual hash.

    They are found when a photo is read, so they hold whatever the order of the inspections was, and after deletions.
    """
    entries = [entry for entry in register if entry.perceptual_hash is not None and entry.deleted_at is None]
    own = next((entry for entry in entries if entry.id == photo.id), None)
    if own is None:
        return Findings()
    earlier = [entry for entry in entries if entry.id < photo.id]
    return Findings(
        next((entry.id for entry in earlier if entry.sha256 == own.sha256), None),
        tuple(entry.id for entry in earlier if entry.sha256 != own.sha256 and _are_near(entry, own)),
    )


def _are_near(entry: RegisterEntry, other: RegisterEntry) -> bool:
    if not entry.perceptual_hash or not other.perceptual_hash:
        return False
    difference = int(entry.perceptual_hash, 16) ^ int(other.perceptual_hash, 16)
    return difference.bit_count() <= NEAR_DUPLICATE_BITS


class PhotoRef(NamedTuple):
    """A photo's tenant, claim and id, which are also the parts of the keys of its objects."""

    tenant: Tenant
    claim_id: str
    photo_id: str

    def object_key(self, rendition: Rendition) -> str:
        """`org_…/live/clm_…/photo_…/original`."""
        return "/".join(
            (self.tenant.organization_id, self.tenant.mode, self.claim_id, self.photo_id, rendition)
        )

    @classmethod
    def of_original(cls, object_key: str) -> Self | None:
        """None if the object is not the original of a photo."""
        match object_key.split("/"):
            case [organization_id, "live" | "test" as mode, claim_id, photo_id, "original"] if (
                ids.is_id("org", organization_id)
                and ids.is_id("clm", claim_id)
                and ids.is_id(ID_PREFIX, photo_id)
            ):
                return cls(Tenant(organization_id, _mode(mode)), claim_id, photo_id)
        return None


def _mode(text: str) -> Mode:
    return "live" if text == "live" else "test"
