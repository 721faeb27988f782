"""Photos that the inspection accepts or rejects, its reasons, and its report about a photo. Every file is made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFilter

from eal.domain.claims.photos import images
from eal.domain.claims.photos.images import NotAcceptable, inspect
from eal.domain.claims.photos.model import NEAR_DUPLICATE_BITS, Camera, PhotoLocation
from tests.support.photos import HEIC, JPEG, PNG, encoded, exif, photo, scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.domain.claims.photos.model import ContentType

TYPES: tuple[ContentType, ...] = (JPEG, PNG, HEIC)


def rejection(content: bytes, declared: ContentType = JPEG) -> str | None:
    try:
        inspect(content, declared)
    except NotAcceptable as refused:
        return refused.rejection
    return None


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, *, bits: int = 8, colour: int = 2, data: bytes = b"", more: bytes = b""
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def with_zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.sh", "echo")
    return content + out.getvalue()


def segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def with_segments(content: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments after its first marker."""
    return content[:2] + b"".join(segments) + content[2:]


# ---------------------------------------------------------------- accepted photos


@pytest.mark.parametrize("content_type", TYPES)
def test_the_evidence_of_each_format_is_what_the_telephone_recorded(content_type: ContentType) -> None:
    metadata = exif(orientation=6)

    found = inspect(photo(1, content_type, exif=metadata.tobytes()), content_type).evidence

    assert (found.width, found.height, found.orientation) == (300, 400, 6)
    assert found.taken_at == "2026-04-20T10:11:12-07:00"
    assert found.place == PhotoLocation(latitude=37.8043056, longitude=-122.2669444, altitude_metres=12.3)
    assert found.camera == Camera(make="Apple", model="iPhone 15 Pro")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_preview_and_the_thumbnail_are_upright(orientation: int) -> None:
    """The upper left corner of the scene is red; a camera that was turned stores it elsewhere."""
    upright = Image.new("RGB", (400, 240), "blue")
    upright.paste("red", (0, 0, 100, 60))
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]

    result = inspect(encoded(stored, JPEG, exif=exif(orientation=orientation).tobytes()), JPEG)

    assert (result.evidence.width, result.evidence.height) == (400, 240)
    for content in (result.preview, result.thumbnail):
        image = opened(content)
        red, _, blue = image.getpixel((5, 5))  # type: ignore[misc]
        assert red > 200 > 60 > blue
        assert image.width > image.height


def test_previews_have_at_most_1600_and_thumbnails_320_pixels_and_no_metadata() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(
        scene(1, (3000, 2000)),
        JPEG,
        exif=exif().tobytes(),
        icc_profile=profile,
        comment=b"Dana",
        dpi=(72, 72),
    )

    result = inspect(content, JPEG)

    for made, size in ((result.preview, (1600, 1067)), (result.thumbnail, (320, 213))):
        image = opened(made)
        assert image.size == size
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not image.getexif()


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16"])
def test_every_usual_mode_of_a_png_becomes_a_preview(mode: str) -> None:
    image = scene(1).convert("L").convert("I;16") if mode == "I;16" else scene(1).convert(mode)

    result = inspect(encoded(image, PNG), PNG)

    assert opened(result.preview).size == (400, 300)


def test_transparent_pixels_become_white() -> None:
    image = Image.new("RGBA", (50, 50), (0, 0, 0, 0))

    assert opened(inspect(encoded(image, PNG), PNG).preview).convert("RGB").getpixel((9, 9)) == (
        255,
        255,
        255,
    )


def test_sixteen_bits_keep_their_brightness() -> None:
    image = Image.new("I;16", (50, 50), 32_768)

    darkest, lightest = opened(inspect(encoded(image, PNG), PNG).preview).convert("L").getextrema()
    assert (darkest, lightest) == (128, 128)


def test_a_jpeg_with_further_images_for_the_gain_map_is_a_photo() -> None:
    out = io.BytesIO()
    scene(1).save(out, "MPO", save_all=True, append_images=[scene(2, (100, 75))])

    assert Image.open(io.BytesIO(out.getvalue())).format == "MPO"
    assert inspect(out.getvalue(), JPEG).evidence.width == 400


def test_a_broken_colour_profile_is_ignored() -> None:
    assert rejection(photo(1, JPEG, icc_profile=b"not a profile" * 20)) is None


@pytest.mark.parametrize(
    ("made", "content_type"),
    [
        (lambda: encoded(Image.new("L", (7746, 5164), 90), JPEG), JPEG),
        (lambda: png(7746, 5164, bits=1, colour=0, data=zlib.compress(bytes(5164 * 970))), PNG),
    ],
    ids=["jpeg", "png"],
)
def test_a_photo_of_40_million_pixels_is_accepted(
    made: Callable[[], bytes], content_type: ContentType
) -> None:
    found = inspect(made(), content_type)

    assert (found.evidence.width, found.evidence.height) == (7746, 5164)
    assert opened(found.preview).width == 1600


# ---------------------------------------------------------------- rejected files


def _animated_png() -> bytes:
    out = io.BytesIO()
    scene(1).save(out, "PNG", save_all=True, append_images=[scene(2)], duration=100)
    return out.getvalue()


def _heic_of_two() -> bytes:
    out = io.BytesIO()
    scene(1).save(out, "HEIF", save_all=True, append_images=[scene(2)])
    return out.getvalue()


def _zipped_text(kind: bytes) -> bytes:
    """A compressed text of 300 MB in 300 KB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(30)) + packer.flush()
    return png(20, 20, data=zlib.compress(bytes(20 * 61)), more=chunk(kind, b"a\0\0" + packed))


HOSTILE: dict[str, tuple[Callable[[], bytes], ContentType, str]] = {
    "empty": (lambda: b"", JPEG, "wrong_type"),
    "text": (lambda: b"<script>alert(1)</script>", JPEG, "wrong_type"),
    "png called jpeg": (lambda: photo(1, PNG), JPEG, "wrong_type"),
    "jpeg called png": (lambda: photo(1), PNG, "wrong_type"),
    "jpeg called heic": (lambda: photo(1), HEIC, "wrong_type"),
    "heic called jpeg": (lambda: photo(1, HEIC), JPEG, "wrong_type"),
    "gif called png": (lambda: b"GIF89a" + bytes(50), PNG, "wrong_type"),
    "avif called heic": (lambda: b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(50), HEIC, "wrong_type"),
    "film called heic": (lambda: b"\0\0\0\x1cftypisom\0\0\0\0isommp42" + bytes(50), HEIC, "wrong_type"),
    "magic of jpeg only": (lambda: b"\xff\xd8\xff", JPEG, "not_an_image"),
    "magic of png only": (lambda: b"\x89PNG\r\n\x1a\n", PNG, "damaged"),
    "magic of heic only": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", HEIC, "not_an_image"),
    "jpeg with random bytes": (lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9, JPEG, "not_an_image"),
    "half a jpeg": (lambda: photo(1)[:4000], JPEG, "damaged"),
    "half a png": (lambda: photo(1, PNG)[:900], PNG, "damaged"),
    "half a heic": (lambda: photo(1, HEIC)[:1500], HEIC, "damaged"),
    "png with its middle missing": (lambda: photo(1, PNG)[:300] + photo(1, PNG)[-300:], PNG, "damaged"),
    "png without pixels": (lambda: png(50, 50), PNG, "damaged"),
    "png with too few pixels": (lambda: png(50, 50, data=zlib.compress(b"\0" * 99)), PNG, "damaged"),
    "bomb of 900 million pixels": (
        lambda: png(30_000, 30_000, bits=1, colour=0, data=zlib.compress(bytes(10_000_000))), PNG, "too_many_pixels",
    ),
    "bomb of 51 million pixels": (lambda: png(7150, 7150, data=zlib.compress(b"")), PNG, "too_many_pixels"),
    "bomb with a width of 2 billion": (lambda: png(2**31 - 1, 1, data=b""), PNG, "too_many_pixels"),
    "jpeg of 65,500 x 65,500": (
        lambda: photo(1).replace(struct.pack(">HH", 300, 400), struct.pack(">HH", 65_500, 65_500), 1),
        JPEG, "too_many_pixels",
    ),
    "bomb in a text of png": (lambda: _zipped_text(b"zTXt"), PNG, "not_an_image"),
    "bomb in a profile of png": (lambda: _zipped_text(b"iCCP"), PNG, "not_an_image"),
    "thousands of scans": (lambda: photo(1) + b"\xff\xda" * 101, JPEG, "too_complex"),
    "animated png": (_animated_png, PNG, "several_images"),
    "heic of two images": (_heic_of_two, HEIC, "several_images"),
    "heic sequence": (lambda: b"\0\0\0\x18ftyphevc\0\0\0\0heicmsf1" + bytes(50), HEIC, "several_images"),
    "cmyk": (lambda: encoded(scene(1).convert("CMYK"), JPEG), JPEG, "unsupported_colours"),
    "jpeg and zip": (lambda: with_zip(photo(1)), JPEG, "contains_another_file"),
    "heic and zip": (lambda: with_zip(photo(1, HEIC)), HEIC, "contains_another_file"),
    "png and zip": (lambda: with_zip(photo(1, PNG)), PNG, "contains_another_file"),
    "png and text": (lambda: photo(1, PNG) + b"<?php ?>", PNG, "contains_another_file"),
    "jpeg and pdf": (
        lambda: with_segments(photo(1), segment(0xFE, b"%PDF-1.7 ...")), JPEG, "contains_another_file",
    ),
    "half a megabyte of exif": (
        lambda: with_segments(photo(1), *[segment(0xE1, b"Exif\0\0" + b"x" * 60_000)] * 9), JPEG, "metadata_too_large",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_rejected_for_a_reason(name: str) -> None:
    make, declared, expected = HOSTILE[name]

    assert rejection(make(), declared) == expected


@settings(max_examples=150)
@given(st.sampled_from(TYPES), st.data())
def test_no_change_of_a_file_raises_anything_but_a_rejection(
    content_type: ContentType, data: st.DataObject
) -> None:
    content = bytearray(SMALL[content_type])
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))

    for changed in (bytes(content), bytes(content[:cut])):
        rejection(changed, content_type)


SMALL = {
    content_type: encoded(scene(3, (64, 48)), content_type, exif=exif(orientation=8).tobytes())
    for content_type in TYPES
}


# ---------------------------------------------------------------- hostile metadata


def test_metadata_of_any_kind_is_evidence_or_nothing() -> None:
    metadata = Image.Exif()
    metadata[0x010F] = "Make\0\0\x1b[31m\n" + "x" * 5000
    metadata[0x0110] = "  \0 "
    metadata[0x0112] = 99
    metadata.get_ifd(0x8769)[0x9003] = "2026:02:31 10:00:00"
    gps = metadata.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (95.0, 0.0, 0.0), "Q", (1.0, 2.0, 3.0)

    found = inspect(photo(1, JPEG, exif=metadata.tobytes()), JPEG).evidence

    assert found.camera
    assert found.camera.make is not None
    assert found.camera.make.startswith("Make [31m xxx")
    assert len(found.camera.make) <= images.MAX_TEXT_CHARACTERS
    assert found.camera.model is None
    assert (found.orientation, found.taken_at, found.place) == (1, None, None)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (1.0, 2.0), 3: "E", 4: (1.0, 2.0, 3.0)},
        {1: "N", 2: 5, 3: "E", 4: 7},
        {2: (1.0, 2.0, 3.0), 4: (1.0, 2.0, 3.0)},
    ],
    ids=["zeros without a fix", "no seconds", "one number", "no hemisphere"],
)
def test_a_place_that_is_not_one_is_none(gps: dict[int, object]) -> None:
    metadata = Image.Exif()
    metadata.get_ifd(0x8825).update(gps)

    assert inspect(photo(1, JPEG, exif=metadata.tobytes()), JPEG).evidence.place is None


def test_a_rational_with_the_denominator_zero_is_no_place() -> None:
    content = photo(1, JPEG, exif=exif().tobytes())
    degrees = struct.pack(">II", 37, 1) if struct.pack(">II", 37, 1) in content else struct.pack("<II", 37, 1)

    assert inspect(content.replace(degrees, degrees[:4] + bytes(4)), JPEG).evidence.place is None


def test_unreadable_metadata_of_a_good_photo_is_none() -> None:
    content = with_segments(photo(1), segment(0xE1, b"Exif\0\0MM\0\x2a\xff\xff\xff\xff" + bytes(20)))

    found = inspect(content, JPEG).evidence

    assert (found.taken_at, found.place, found.camera) == (None, None, None)


def test_a_time_without_an_offset_stays_local() -> None:
    metadata = Image.Exif()
    metadata.get_ifd(0x8769)[0x9003] = "2026:04:20 10:11:12"

    assert inspect(photo(1, JPEG, exif=metadata.tobytes()), JPEG).evidence.taken_at == "2026-04-20T10:11:12"


# ---------------------------------------------------------------- perceptual hash


def _distance(first: str, other: str) -> int:
    return (int(first, 16) ^ int(other, 16)).bit_count()


def test_copies_of_a_photo_are_near_and_other_photos_are_not() -> None:
    original = scene(1, (1200, 900))
    own = inspect(encoded(original), JPEG).perceptual_hash
    copies = {
        "compressed": encoded(original, quality=30),
        "smaller": encoded(original.resize((600, 450))),
        "brighter": encoded(Image.eval(original, lambda level: min(255, level + 25))),
        "blurred": encoded(original.filter(ImageFilter.GaussianBlur(3))),
        "cropped": encoded(original.crop((30, 20, 1170, 880))),
        "another format": encoded(original, PNG),
        "turned by the camera": encoded(
            original.transpose(Image.Transpose.ROTATE_90), exif=exif(orientation=6).tobytes()
        ),
    }

    for name, content in copies.items():
        found = inspect(content, PNG if name == "another format" else JPEG).perceptual_hash
        assert _distance(own, found) <= NEAR_DUPLICATE_BITS, name
    others = [inspect(photo(seed), JPEG).perceptual_hash for seed in range(2, 42)]
    assert min(_distance(own, other) for other in others) > NEAR_DUPLICATE_BITS


def test_a_photo_without_contrast_is_not_compared() -> None:
    assert inspect(encoded(Image.new("RGB", (300, 200), (90, 92, 91))), JPEG).perceptual_hash == ""
