"""The inspection of an uploaded file: is it the declared image, and what does it show? Pure: bytes in, result out.

The bytes are hostile until proven otherwise. Everything cheap is checked before anything is decoded: the first bytes,
what else the file contains, the number of scans, and the number of pixels. Pillow and pillow-heif are imported in the
functions that use them, because only the worker `inspect_photo` has their layer.
"""

from __future__ import annotations

import io
import math
import re
import struct
import warnings
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from eal.domain.claims.photos.model import Camera, PhotoEvidence, PhotoLocation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL.Image import Exif, Image

    from eal.domain.claims.photos.model import ContentType, Rejection

MAX_PIXELS = 50_000_000
"""A telephone with a 48-megapixel camera stays below. A pixel takes up to 4 bytes of memory, and HEIC as many again."""
MAX_SCANS = 100
"""Maximum number of scans of a progressive JPEG. Encoders write about 10, and each one costs as much time as the whole
image."""
MAX_EXIF_BYTES = 256 * 1024
MAX_TEXT_CHARACTERS = 100
PREVIEW_PIXELS, THUMBNAIL_PIXELS = 1600, 320
"""The longer side of each."""
PREVIEW_QUALITY, THUMBNAIL_QUALITY = 82, 75
MIN_CONTRAST = 12
"""Levels of grey, of 256, between the darkest and the lightest cell of an image that can be compared."""

_FORMATS: dict[ContentType, str] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIF"}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
_SEQUENCE_BRANDS = frozenset({b"hevc", b"hevx", b"msf1"})
_MODES = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "I", "I;16", "I;16B", "I;16L"})
_START_OF_SCAN = b"\xff\xda"
_END_OF_ZIP, _MAX_END_OF_ZIP = b"PK\x05\x06", 22 + 65_535
"""The end of the central directory is within the last 22 bytes and a comment (APPNOTE.TXT, 4.3.16)."""
_PDF, _PDF_WITHIN = b"%PDF-", 1024
"""Readers accept a PDF that begins within the first 1,024 bytes (PDF 1.7, implementation note 13)."""
_ROTATED = frozenset({5, 6, 7, 8})
_WHEN = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")

# Tags of EXIF 2.32.
_MAKE, _MODEL, _SOFTWARE, _ORIENTATION, _DATE_TIME = 0x010F, 0x0110, 0x0131, 0x0112, 0x0132
_EXIF_FOLDER, _GPS_FOLDER = 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET, _LENS_MODEL = 0x9003, 0x9011, 0xA434
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _ALTITUDE_REF, _ALTITUDE = range(1, 7)


class NotAcceptable(Exception):
    """The file is rejected, for the reason."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection)
        self.rejection: Rejection = rejection


class Inspected(NamedTuple):
    """An accepted photo: its evidence, its perceptual hash, and its preview and thumbnail as JPEGs without metadata."""

    evidence: PhotoEvidence
    perceptual_hash: str
    preview: bytes
    thumbnail: bytes


def inspect(content: bytes, declared: ContentType) -> Inspected:
    """Raises: NotAcceptable."""
    _check_bytes(content, declared)
    with _opened(content, declared) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise NotAcceptable("too_many_pixels")
        # A JPEG's further images are previews and depth maps of the first (Multi-Picture Format, CIPA DC-007).
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            raise NotAcceptable("several_images")
        if image.mode not in _MODES:
            raise NotAcceptable("unsupported_colours")
        if len(image.info.get("exif") or b"") > MAX_EXIF_BYTES:
            raise NotAcceptable("metadata_too_large")
        evidence = _evidence(image)
        small = _upright(_reduced(image), 1 if image.format == "HEIF" else evidence.orientation)
        return Inspected(
            evidence,
            perceptual_hash(small),
            preview=_jpeg(small, PREVIEW_QUALITY),
            thumbnail=_jpeg(_thumbnail(small), THUMBNAIL_QUALITY),
        )


def content_type_of(content: bytes) -> ContentType | None:
    """The content type, by the first bytes; None for any other format."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[4:8] == b"ftyp":
        return "image/heic" if _brands(content) & _HEIC_BRANDS else None
    return None


def perceptual_hash(image: Image) -> str:
    """The difference hash: for each of 8 x 8 neighbouring cells of the image, whether the right one is lighter.

    It survives other sizes, qualities and brightness. Empty for an image without contrast, whose bits would be noise.
    """
    from PIL import Image as images

    cells = image.convert("L").resize((9, 8), images.Resampling.BOX).tobytes()
    if max(cells) - min(cells) < MIN_CONTRAST:
        return ""
    bits = [cells[9 * row + column + 1] > cells[9 * row + column] for row in range(8) for column in range(8)]
    return f"{sum(bit << place for place, bit in enumerate(bits)):016x}"


# ---------------------------------------------------------------- checks before decoding


def _check_bytes(content: bytes, declared: ContentType) -> None:
    if content_type_of(content) != declared:
        raise NotAcceptable("wrong_type")
    if _PDF in content[:_PDF_WITHIN] or _END_OF_ZIP in content[-_MAX_END_OF_ZIP:]:
        raise NotAcceptable("contains_another_file")
    if declared == "image/jpeg" and content.count(_START_OF_SCAN) > MAX_SCANS:
        raise NotAcceptable("too_complex")
    if declared == "image/png" and not content.endswith(b"IEND\xae\x42\x60\x82"):
        raise NotAcceptable("damaged" if b"IEND\xae\x42\x60\x82" not in content else "contains_another_file")
    if declared == "image/heic" and _brands(content) & _SEQUENCE_BRANDS:
        raise NotAcceptable("several_images")


def _brands(content: bytes) -> set[bytes]:
    """The brands of a file of ISO/IEC 14496-12: the major one, and those that it is compatible with."""
    size = int.from_bytes(content[:4])
    box = content[8 : min(size, 256)]
    return {box[:4], *(box[start : start + 4] for start in range(8, len(box) - 3, 4))}


# ---------------------------------------------------------------- decoding

_MALFORMED = (
    OSError, SyntaxError, ValueError, EOFError, RuntimeError, TypeError, LookupError, AttributeError, ArithmeticError,
    struct.error,
)  # fmt: skip
"""Exceptions that Pillow, its decoders and its readers of metadata raise for malformed files. A MemoryError is a fault
of ours."""


@contextmanager
def _rejecting(rejection: Rejection) -> Iterator[None]:
    """Context that turns errors of Pillow into a rejection; only for calls of Pillow."""
    from PIL import Image as images

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", images.DecompressionBombWarning)
            yield
    except (images.DecompressionBombWarning, images.DecompressionBombError):
        raise NotAcceptable("too_many_pixels") from None
    except _MALFORMED:
        raise NotAcceptable(rejection) from None


def _opened(content: bytes, declared: ContentType) -> Image:
    """The image, of which only the header is read. Other formats are not tried."""
    import pillow_heif
    from PIL import Image as images

    pillow_heif.register_heif_opener(thumbnails=False)
    images.MAX_IMAGE_PIXELS = MAX_PIXELS
    with _rejecting("not_an_image"):
        image = images.open(io.BytesIO(content), formats=(_FORMATS[declared],))
    if declared == "image/png":
        with _rejecting("damaged"), images.open(io.BytesIO(content), formats=("PNG",)) as copy:
            copy.verify()  # compares the checksums of its chunks, which decoding does not
    return image


def _reduced(image: Image) -> Image:
    """The image in the size of the preview, in the colours of the web, without metadata.

    The decoder of JPEG reduces the image while it decodes, and still reads the whole file.
    """
    from PIL import Image as images

    with _rejecting("damaged"):
        profile = image.info.get("icc_profile")
        small = _in_eight_bits(image)
        small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS), images.Resampling.LANCZOS, reducing_gap=2.0)
        small.load()  # the thumbnail of a small image is the image, not decoded yet
        small = _in_srgb(_opaque(small), profile)
        small.info = {}  # the encoder of JPEG would copy parts of it
        return small


def _in_eight_bits(image: Image) -> Image:
    match image.mode:
        case "L" | "RGB" | "RGBA":
            return image
        case "I" | "I;16" | "I;16B" | "I;16L":
            return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
        case "1":
            return image.convert("L")
        case _:
            return image.convert("RGBA")


def _opaque(image: Image) -> Image:
    """Transparent pixels become white."""
    from PIL import Image as images

    if image.mode != "RGBA":
        return image
    white = images.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _in_srgb(image: Image, profile: bytes | None) -> Image:
    """Telephones photograph in wider colour spaces, which look dull without their profile. A broken one is ignored."""
    from PIL import ImageCms

    if not profile or image.mode != "RGB":
        return image
    with suppress(ImageCms.PyCMSError, *_MALFORMED):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
        return converted or image
    return image


def _upright(image: Image, orientation: int) -> Image:
    """The image as the photo is seen (EXIF 2.32, Orientation). The decoder of HEIC has turned its images already."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def _thumbnail(image: Image) -> Image:
    from PIL import Image as images

    small = image.copy()
    small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS), images.Resampling.LANCZOS)
    return small


def _jpeg(image: Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


# ---------------------------------------------------------------- evidence


def _evidence(image: Image) -> PhotoEvidence:
    """The evidence in the metadata. Metadata that cannot be read is none, because the photo itself may be good."""
    folders: list[dict[int, Any]] = [{}, {}, {}]
    with suppress(*_MALFORMED), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exif: Exif = image.getexif()
        folders = [dict(exif), exif.get_ifd(_EXIF_FOLDER), exif.get_ifd(_GPS_FOLDER)]
    main, details, gps = folders
    recorded = image.info.get("original_orientation") or main.get(_ORIENTATION)
    orientation = recorded if isinstance(recorded, int) and 1 <= recorded <= 8 else 1
    width, height = image.size
    if orientation in _ROTATED and image.format != "HEIF":
        width, height = height, width
    camera = Camera(
        make=_text(main.get(_MAKE)),
        model=_text(main.get(_MODEL)),
        lens=_text(details.get(_LENS_MODEL)),
        software=_text(main.get(_SOFTWARE)),
    )
    return PhotoEvidence(
        width=width,
        height=height,
        orientation=orientation,
        taken_at=_taken_at(details.get(_TAKEN) or main.get(_DATE_TIME), details.get(_TAKEN_OFFSET)),
        place=_place(gps),
        camera=camera if camera != Camera() else None,
    )


def _text(value: object) -> str | None:
    """One line of printable text. The values of cameras end with NULs, and those of others contain anything."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        return None
    printable = "".join(character if character.isprintable() else " " for character in text[:1000])
    return " ".join(printable.split())[:MAX_TEXT_CHARACTERS].strip() or None


def _taken_at(value: object, offset: object) -> str | None:
    """RFC 3339, without an offset if the camera recorded none. EXIF's tag DateTime is the last change of the file, and
    the only time that some cameras write."""
    found = _WHEN.fullmatch(_text(value) or "")
    if not found:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        local = datetime(year, month, day, hour, minute, second)  # of the camera's clock
    except ValueError:
        return None
    known = _OFFSET.fullmatch(_text(offset) or "")
    return local.isoformat() + (known[0] if known else "")


def _place(gps: Mapping[int, Any]) -> PhotoLocation | None:
    latitude = _degrees(gps.get(_LATITUDE), gps.get(_LATITUDE_REF), "N", "S", 90)
    longitude = _degrees(gps.get(_LONGITUDE), gps.get(_LONGITUDE_REF), "E", "W", 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None  # receivers without a fix write zeros
    altitude = _number(gps.get(_ALTITUDE))
    is_below = gps.get(_ALTITUDE_REF) in (1, b"\x01")
    if altitude is not None and not 0 <= altitude <= 20_000:
        altitude = None
    return PhotoLocation(
        latitude=latitude,
        longitude=longitude,
        altitude_metres=altitude if altitude is None else round(-altitude if is_below else altitude, 1),
    )


def _degrees(value: object, reference: object, positive: str, negative: str, most: int) -> float | None:
    """Decimal degrees from degrees, minutes and seconds, to a centimetre or so."""
    sign = {positive: 1, negative: -1}.get((_text(reference) or "").upper())
    if sign is None or not isinstance(value, tuple) or len(value) != 3:
        return None
    parts = [_number(part) for part in value]
    if any(part is None or part < 0 for part in parts):
        return None
    degrees = sum(part / 60**place for place, part in enumerate(parts) if part is not None)
    return round(sign * degrees, 7) if degrees <= most else None


def _number(value: object) -> float | None:
    """A rational of EXIF, whose denominator may be zero."""
    with suppress(*_MALFORMED):
        number = float(value)  # type: ignore[arg-type]
        return number if math.isfinite(number) else None
    return None
