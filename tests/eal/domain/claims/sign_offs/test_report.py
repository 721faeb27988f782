"""The report is written whatever the texts contain, and the same bundle gives the same bytes."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from typing import TYPE_CHECKING

import pytest

from eal.domain.claims.sign_offs import report
from eal.domain.claims.sign_offs.files import file_of
from tests.support.bundles import bundle, item, note, photo, quote, room, values
from tests.support.photos import encoded, scene

if TYPE_CHECKING:
    from eal.domain.claims.sign_offs.bundle import Bundle

PREVIEWS = {f"photo_{number}": encoded(scene(number, (160, 120))) for number in range(1, 6)}
FILES = [file_of("bundle.json", b"{}"), file_of("scope.csv", b"")]
HOSTILE = (
    '</para><img src="http://127.0.0.1/x"/>'
    '<font color="[[[getattr(pow, \'__globals__\')]]]">x</font>&<a href="x">'
)


def rendered(given: Bundle) -> bytes:
    return report.render(given, PREVIEWS, FILES)


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def images(content: bytes) -> int:
    return content.count(b"/Subtype /Image")


def test_the_same_bundle_gives_the_same_bytes() -> None:
    content = rendered(bundle())

    assert content.startswith(b"%PDF-")
    assert content == rendered(bundle())
    assert pages(content) >= 2
    assert images(content) == len(PREVIEWS)


def test_a_preview_is_in_the_report_as_it_is() -> None:
    content = rendered(bundle(photos=(photo(1),)))

    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    assert any(PREVIEWS["photo_1"] in (stream, _decoded(stream)) for stream in streams), (
        "the JPEG was encoded again"
    )


def _decoded(stream: bytes) -> bytes:
    try:
        return a85decode(stream.strip().removesuffix(b"~>"))
    except ValueError:
        return zlib.decompress(stream) if stream[:1] == b"x" else b""


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "x" * 20_000,
        "word " * 4_000,
        "\n" * 50,
        "Łukasz Żółć, Αθηνά, Дмитрий, 山田, 😀, \u202eabc, \ud7ff",
        "=SUM(A1)",
        "",
    ],
    ids=["markup", "long word", "long text", "lines", "scripts", "formula", "empty"],
)
def test_any_text_is_printed_and_none_is_markup(text: str) -> None:
    everywhere = bundle(
        organization=text,
        rooms=(room(text, level=text),),
        items=(
            item(
                1,
                values=values(description=text, note=text, room=text),
                evidence=(quote(text),) * 9,
                reason=text,
            ),
            item(2, decision="edited", engine=None, reason=text, values=values(category_code=text)),
            item(3, decision="rejected", reason=text),
        ),
        notes=(note(text=text, author=text),),
        photos=(
            photo(1, caption=text, room=text, damage=text),
            photo(9, caption=None, room=None, taken_at=None),
        ),
    )

    assert rendered(everywhere).startswith(b"%PDF-")


def test_a_bundle_without_anything_is_a_report() -> None:
    empty = bundle(water=(), rooms=(), items=(), photos=(), notes=(), exclusions=(), conflicts=(), checks=())

    assert rendered(empty).startswith(b"%PDF-")
