"""Photos, as the API accepts and returns them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Self

from eal.core.clock import Instant
from eal.core.listing import PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, model_validator
from eal.core.wire import UploadView, Wire, one_line, prose, without_defaults
from eal.domain.claims.photos.model import (
    EXTENSIONS,
    MAX_PHOTO_BYTES,
    ContentType,
    Findings,
    Photo,
    Rejection,
    Rendition,
    Status,
)

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _file_name(text: str) -> str:
    if "/" in text or "\\" in text:
        raise ValueError("Must be a file name without folders.")
    return one_line(text)


FileName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=255,
        description="It ends with an extension of its `content_type`: .jpg or .jpeg, .png, .heic or .heif.",
    ),
    AfterValidator(_file_name),
]
Sha256 = Annotated[
    str,
    Field(
        min_length=64,
        max_length=64,
        pattern="^[0-9a-fA-F]{64}$",
        description="Of the file's bytes, in hexadecimal.",
    ),
    AfterValidator(str.lower),
]
Caption = Annotated[
    str,
    Field(max_length=1000, description="What the photo shows. Extraction reads it."),
    AfterValidator(prose),
]
Room = Annotated[
    str, Field(max_length=100, description="The room in which the photo was taken."), AfterValidator(one_line)
]


class PhotoCreate(Wire):
    model_config = _INPUT

    filename: FileName
    content_type: ContentType
    """The media type of the file. A file of another type is rejected."""
    size_bytes: Annotated[int, Field(ge=1, le=MAX_PHOTO_BYTES)]
    """The size of the file in bytes, at most 25 MiB."""
    sha256: Sha256
    caption: Caption | None = None
    room: Room | None = None

    @model_validator(mode="after")
    def _has_its_extension(self) -> Self:
        extensions = EXTENSIONS[self.content_type]
        if not self.filename.lower().endswith(extensions):
            raise ValueError(
                f"The 'filename' of a photo with this 'content_type' must end with {' or '.join(extensions)}."
            )
        return self


class PhotoUpdate(Wire):
    """Only the fields present change. Null clears a field."""

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults())

    caption: Caption | None = None
    room: Room | None = None


class LocationView(Wire):
    """Position of the camera, by its own receiver. WGS 84."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    """The latitude in decimal degrees, negative south of the equator."""
    longitude: Annotated[float, Field(ge=-180, le=180)]
    """The longitude in decimal degrees, negative west of Greenwich."""
    altitude_metres: float | None
    """The altitude in metres above sea level."""


class CameraView(Wire):
    make: str | None
    """The manufacturer (EXIF `Make`)."""
    model: str | None
    """The camera or phone (EXIF `Model`)."""
    lens: str | None
    """The lens (EXIF `LensModel`)."""
    software: str | None
    """The firmware, or the program that last saved the file (EXIF `Software`)."""


class PhotoEvidenceView(Wire):
    """The evidence in the original's bytes, unchanged since the upload: `sha256` proves it. Metadata can be wrong or
    edited before the upload.
    """

    width: int
    """The width in pixels, as the photo is displayed."""
    height: int
    """The height in pixels, as the photo is displayed."""
    orientation: Annotated[int, Field(ge=1, le=8)]
    """The EXIF orientation of the original."""
    taken_at: str | None
    """The local time by the camera's clock, such as `2026-04-24T10:42:11-07:00`. The offset from UTC is absent if the
    camera did not record it."""
    place: LocationView | None
    """Where the camera was. Null if the metadata has no position."""
    camera: CameraView | None
    """The camera that took the photo. Null if the metadata does not say."""


class PhotoView(Wire):
    changes_by_itself: ClassVar[bool] = (
        True  # the URLs are new in each response, and time alone rejects a photo
    )

    id: str
    claim_id: str
    """The id of the claim that the photo belongs to."""
    filename: str
    """The name of the file, as declared."""
    content_type: ContentType
    """The media type, as declared. Verified if the status is `ready`."""
    size_bytes: int
    """The size of the file in bytes, as declared. Verified if the status is `ready`."""
    sha256: str
    """The SHA-256 of the file's bytes, in hexadecimal, as declared. Verified if the status is `ready`."""
    caption: str | None
    """Description of the photo by a person. Extraction reads it."""
    room: str | None
    """The room in which the photo was taken, as a person named it. Extraction reads it."""
    status: Status
    """`awaiting_upload`; `inspecting` from the upload on; then `ready` or `rejected`. A photo without an upload is
    rejected after a day and deleted after seven."""
    rejection: Rejection | None
    """Why the photo was rejected, as a code."""
    reason: str | None
    """Why the photo was rejected, as a sentence."""
    evidence: PhotoEvidenceView | None
    """Evidence in the original's bytes. Null unless the status is `ready`."""
    duplicate_of: str | None
    """The id of the claim's first photo with the same SHA-256, if there is one."""
    near_duplicate_of: list[str]
    """The ids of earlier photos of the claim that look alike, by a perceptual hash: resized, compressed or brightened
    copies, or shots of the same scene."""
    original_url: str | None
    """The URL of the original, byte for byte. Null unless the status is `ready`."""
    preview_url: str | None
    """The URL of a JPEG of at most 1,600 pixels per side, upright, without metadata."""
    thumbnail_url: str | None
    """The URL of a JPEG of at most 320 pixels per side, upright, without metadata."""
    urls_expire_at: Instant | None
    """When the URLs expire: one hour after the response. They need no API key until then."""
    created_at: Instant
    updated_at: Instant
    inspected_at: Instant | None
    """When the inspection ended. Null until then, and if nothing was uploaded."""
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.claim_id, self.id)

    @classmethod
    def of_photo(
        cls, photo: Photo, found: Findings, urls: dict[Rendition, str], urls_expire_at: datetime | None
    ) -> Self:
        return cls.model_validate(_fields(photo, found, urls, urls_expire_at), from_attributes=True)


class PhotoCreated(PhotoView):
    """A declared photo, with the URL to upload its file to."""

    # The idempotency record keeps the URL although it grants an upload: it accepts one file with a known hash.
    upload: UploadView
    """How to upload the file, shown only in this response. S3 refuses a file of another size, type or SHA-256, and a
    second file. An idempotent replay repeats it; after `expires_at` it no longer works."""

    @classmethod
    def of_new(cls, photo: Photo, url: str, headers: dict[str, str], expires_at: datetime) -> Self:
        upload = {"method": "PUT", "url": url, "headers": headers, "expires_at": expires_at}
        fields = {**_fields(photo, Findings(), {}, None), "upload": upload}
        return cls.model_validate(fields, from_attributes=True)


class PhotoPage(PageView[PhotoView]):
    pass


def _fields(
    photo: Photo, found: Findings, urls: dict[Rendition, str], urls_expire_at: datetime | None
) -> dict[str, object]:
    own = {name: getattr(photo, name) for name in PhotoView.model_fields if hasattr(photo, name)}
    return {
        **own,
        "duplicate_of": found.duplicate_of,
        "near_duplicate_of": list(found.near_duplicate_of),
        **{f"{rendition}_url": urls.get(rendition) for rendition in ("original", "preview", "thumbnail")},
        "urls_expire_at": urls_expire_at,
    }
