"""The report of a sign-off as a PDF. Pure: the bundle and previews of its photos in, bytes out, always the same ones.

ReportLab is imported in the functions that use it, because only the worker `write_bundle` has its layer. Its paragraphs
parse markup, in which images and colours are fetched and evaluated (CVE-2023-33733). So every text passes `_escaped`.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import as_file, files
from itertools import batched, groupby
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from eal.domain.claims.sign_offs.bundle import (
        Bundle,
        ItemPart,
        NotePart,
        PhotoPart,
        Quote,
        RoomCorrection,
        RoomPart,
        SeenBy,
        Values,
    )
    from eal.domain.claims.sign_offs.files import BundleFile

    type Flowable = Any  # ReportLab has no types
    type Style = Any

_FONT, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_POINTS_PER_INCH = 72
_MARGIN = 0.7 * _POINTS_PER_INCH
_PADDING = 6
"""Padding of ReportLab's frames on each side, in points."""
_WIDTH = 8.5 * _POINTS_PER_INCH - 2 * (_MARGIN + _PADDING)
"""Width of the text block on US Letter, in points."""
_HEADING_SPACE = 1.4 * _POINTS_PER_INCH
"""A heading needs this much space below it."""
_INK, _FAINT, _LINE, _SHADE = "#1a2633", "#5b6875", "#c9d1d9", "#eef2f6"
_QUOTES_SHOWN, _QUOTE_CHARACTERS, _CELL_CHARACTERS = 3, 240, 400
"""A row of a table must fit on a page. What is cut is whole in bundle.json."""
_PHOTO_COLUMNS, _PHOTO_HEIGHT = 2, 2.3 * _POINTS_PER_INCH
_IDENTITIES = {"api_key": "API key", "member": "Member"}
_ALL = "Whole job and exterior"


def render(bundle: Bundle, previews: Mapping[str, bytes], hashed: Sequence[BundleFile]) -> bytes:
    """`previews` are JPEGs by the id of their photo; one that was deleted is missing. `hashed` are the other files."""
    from reportlab import rl_config
    from reportlab.platypus import SimpleDocTemplate

    rl_config.trustedSchemes = ["data"]  # of addresses; nothing is fetched
    _register_fonts()
    out = io.BytesIO()
    title = (
        f"Claim {bundle.claim.claim_number or bundle.claim.id}, sign-off version {bundle.sign_off.version}"
    )
    document = SimpleDocTemplate(
        out,
        pagesize=(8.5 * _POINTS_PER_INCH, 11 * _POINTS_PER_INCH),
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=0.85 * _POINTS_PER_INCH,
        bottomMargin=0.8 * _POINTS_PER_INCH,
        title=_printable(title),
        author=_printable(bundle.organization),
        subject="Scope of work for an insurance claim",
        invariant=1,  # no time and no random id
    )
    document.build([*_story(bundle, previews, hashed)], canvasmaker=_canvas(title, bundle.organization))
    return out.getvalue()


def _story(bundle: Bundle, previews: Mapping[str, bytes], hashed: Sequence[BundleFile]) -> Iterator[Flowable]:
    yield from _title(bundle)
    yield from _rooms(bundle.rooms)
    yield from _scope(bundle)
    yield from _rejected(bundle)
    yield from _exclusions(bundle)
    yield from _checks(bundle)
    yield from _readings(bundle.notes)
    yield from _notes(bundle.notes)
    yield from _photos(bundle.photos, previews)
    yield from _signature(bundle, hashed)


# ---------------------------------------------------------------- parts


def _title(bundle: Bundle) -> Iterator[Flowable]:
    claim, signed = bundle.claim, bundle.sign_off
    yield _paragraph(bundle.organization, "organization")
    yield _paragraph("Scope of work", "title")
    yield _paragraph(
        f"Sign-off version {signed.version}, signed {_moment(signed.signed_at)}"
        f" by {signed.signed_by.name or signed.signed_by.id}",
        "subtitle",
    )
    left = [
        ("Claim number", claim.claim_number),
        ("Carrier", claim.carrier),
        ("Policy number", claim.policy_number),
        ("Insured", claim.insured),
        ("Address of the loss", claim.address),
    ]
    right = [
        ("Date of loss", claim.date_of_loss.isoformat() if claim.date_of_loss else None),
        ("Type of loss", _words(claim.loss_type)),
        ("Water category", claim.water_category),
        ("Water class", claim.water_class),
        ("Claim id", claim.id),
    ]
    rows = [
        [_paragraph(a, "label"), _text(b), _paragraph(c, "label"), _text(d)]
        for (a, b), (c, d) in zip(left, right, strict=True)
    ]
    yield _grid(rows, (0.16, 0.38, 0.16, 0.30), header=False)
    counts = {
        "Rooms": len(bundle.rooms),
        "Items in the scope": len(bundle.scope),
        "Rejected items": len(bundle.items) - len(bundle.scope),
        "Photos": len(bundle.photos),
        "Notes and readings": len(bundle.notes),
    }
    yield _paragraph(" · ".join(f"{name}: {count}" for name, count in counts.items()), "summary")


def _rooms(rooms: Sequence[RoomPart]) -> Iterator[Flowable]:
    yield from _heading("Rooms")
    if not rooms:
        yield _paragraph("No room was measured.", "body")
        return
    names = ("Room", "Measures", "Height", "Floor SF", "Walls SF", "Ceiling SF", "Perimeter LF", "Volume CF")
    rows = [[_paragraph(name, "column" if name in names[:2] else "column_right") for name in names]]
    for room in rooms:
        level = f" ({room.level})" if room.level else ""
        pieces = "; ".join(
            f"{'' if piece.kind == 'main' else _words(piece.kind) + ' '}{_feet(piece.length)} x {_feet(piece.width)}"
            for piece in room.pieces
        )
        openings = "; ".join(
            f"{opening.count} {_words(opening.kind).lower()}{'s' if opening.count > 1 else ''} {_feet(opening.width)}"
            + (f" x {_feet(opening.height)}" if opening.height is not None else "")
            for opening in room.openings
        )
        derived = room.areas
        numbers = (
            (derived.floor, derived.walls, derived.ceiling, derived.floor_perimeter, derived.volume)
            if derived
            else (None,) * 5
        )
        rows.append(
            [
                _text(f"{room.name}{level}"),
                [
                    _text(pieces or None),
                    *([_paragraph(openings, "evidence")] if openings else []),
                    *([_paragraph(_corrected(room.correction), "evidence")] if room.correction else []),
                ],
                _right(_feet(room.height) if room.height is not None else None),
                *(_right(_number(number)) for number in numbers),
            ]
        )
    yield _grid(rows, (0.20, 0.20, 0.08, 0.10, 0.10, 0.105, 0.115, 0.10))
    yield _paragraph(
        "Walls are less openings; the perimeter is less doors, openings and missing walls. A dash is a measure that"
        " no note or caption states.",
        "remark",
    )


def _corrected(correction: RoomCorrection) -> str:
    read = correction.engine
    pieces = "; ".join(f"{_feet(piece.length)} x {_feet(piece.width)}" for piece in read.pieces)
    height = f", height {_feet(read.height)}" if read.height is not None else ""
    reason = f" {correction.reason}" if correction.reason else ""
    return f"Corrected. Extracted as: {pieces or 'no size'}{height}.{reason}"


def _scope(bundle: Bundle) -> Iterator[Flowable]:
    yield from _heading("Scope")
    if not bundle.scope:
        yield _paragraph("The scope has no items.", "body")
    by_room = sorted(bundle.scope, key=lambda item: (item.values.room is None, item.values.room or ""))
    number = 0
    for room, group in groupby(by_room, key=lambda item: item.values.room):
        rows = [
            [
                _paragraph("#", "column"),
                _paragraph("Activity", "column"),
                _paragraph("Description, with its evidence", "column"),
                _paragraph("Quantity", "column_right"),
                _paragraph("Decision", "column"),
            ]
        ]
        for item in group:
            number += 1
            rows.append(_item_row(number, item))
        yield from _heading(room or _ALL, "subheading")
        yield _grid(rows, (0.05, 0.15, 0.48, 0.14, 0.18))


def _item_row(number: int, item: ItemPart) -> list[Flowable]:
    values = item.values
    codes = " ".join(code for code in (values.category_code, values.selector_code) if code)
    description = f"{codes}: {values.description}" if codes else values.description
    quantity = [_right(_quantity(values)), _paragraph(_words(values.quantity_basis), "evidence_right")]
    decision = [_text(_words(item.decision))]
    if item.decision == "edited" and item.engine:
        decision.append(_paragraph(f"Extracted as: {_summary(item.engine)}", "evidence"))
    if item.engine is None:
        decision.append(_paragraph("Added by a person", "evidence"))
    if item.reason:
        decision.append(_paragraph(item.reason, "evidence"))
    return [
        _text(str(number)),
        _text(_words(values.activity)),
        [
            _text(description),
            *([_paragraph(values.note, "evidence")] if values.note else []),
            *_quotes(item.evidence),
        ],
        quantity,
        decision,
    ]


def _rejected(bundle: Bundle) -> Iterator[Flowable]:
    rejected = [item for item in bundle.items if item.decision == "rejected"]
    if not rejected:
        return
    yield from _heading("Rejected items")
    yield _paragraph("Extracted from the evidence, and not part of the scope.", "remark")
    rows = [[_paragraph(name, "column") for name in ("Room", "Item", "Reason")]]
    rows += [
        [
            _text(item.values.room or _ALL),
            _text(_summary(item.values)),
            _text(item.reason or "" or None),
        ]
        for item in rejected
    ]
    yield _grid(rows, (0.22, 0.42, 0.36))


def _exclusions(bundle: Bundle) -> Iterator[Flowable]:
    yield from _heading("Exclusions")
    if not bundle.exclusions:
        yield _paragraph("The evidence names nothing outside this loss.", "body")
        return
    rows = [[_paragraph("Left out because of", "column"), _paragraph("Evidence", "column")]]
    rows += [
        [_text(_words(exclusion.reason)), [*_quotes((exclusion.quote,))]] for exclusion in bundle.exclusions
    ]
    yield _grid(rows, (0.22, 0.78))


def _checks(bundle: Bundle) -> Iterator[Flowable]:
    if bundle.conflicts:
        yield from _heading("Conflicting statements")
        rows = [[_paragraph(name, "column") for name in ("Room", "Measure", "Used", "Also stated")]]
        rows += [
            [
                _text(conflict.room or _ALL),
                _text(_words(conflict.subject or conflict.field)),
                _text(conflict.kept),
                [_text(", ".join(conflict.others)), *_quotes(conflict.evidence)],
            ]
            for conflict in bundle.conflicts
        ]
        yield _grid(rows, (0.18, 0.18, 0.18, 0.46))
    yield from _heading("Integrity checks")
    if not bundle.checks:
        yield _paragraph("The checks found nothing.", "body")
        return
    reasons = {
        acknowledgement.check_id: acknowledgement.reason
        for acknowledgement in bundle.sign_off.acknowledgements
    }
    rows = [[_paragraph(name, "column") for name in ("Check", "Finding", "Acknowledged by the signer")]]
    rows += [
        [
            [_text(_words(check.check)), _paragraph(_words(check.level), "evidence")],
            _text(check.saw),
            _text(reasons.get(check.id)),
        ]
        for check in bundle.checks
    ]
    yield _grid(rows, (0.24, 0.42, 0.34))


def _readings(notes: Sequence[NotePart]) -> Iterator[Flowable]:
    found = [(note, note.reading) for note in notes if note.reading]
    if not found:
        return
    yield from _heading("Moisture readings")
    names = ("Taken", "Place", "Material", "Reading", "Dry standard")
    rows = [[_paragraph(name, "column" if name in names[:3] else "column_right") for name in names]]
    rows += [
        [
            _text(_moment(reading.taken_at or note.created_at)),
            _text(reading.place),
            _text(reading.material),
            _right(f"{reading.value:g} {reading.unit}"),
            _right(f"{reading.dry_standard:g} {reading.unit}" if reading.dry_standard is not None else None),
        ]
        for note, reading in found
    ]
    yield _grid(rows, (0.24, 0.26, 0.22, 0.14, 0.14))


def _notes(notes: Sequence[NotePart]) -> Iterator[Flowable]:
    written = [note for note in notes if note.text]
    if not written:
        return
    yield from _heading("Notes")
    for note in written:
        parts = [
            _moment(note.created_at),
            note.author,
            note.id,
            f"corrects {note.corrects}" if note.corrects else None,
        ]
        yield _paragraph(" · ".join(part for part in parts if part), "note_head")
        for line in (note.text or "").split("\n"):
            if line.strip():
                yield _paragraph(line, "body")


def _photos(photos: Sequence[PhotoPart], previews: Mapping[str, bytes]) -> Iterator[Flowable]:
    yield from _heading("Photos")
    if not photos:
        yield _paragraph("The claim has no photos.", "body")
        return
    numbered = [*enumerate(photos, 1)]
    rows = []
    for pair in batched(numbered, _PHOTO_COLUMNS, strict=False):
        cells = [_photo(number, photo, previews.get(photo.id)) for number, photo in pair]
        rows.append(cells + [""] * (_PHOTO_COLUMNS - len(cells)))
    yield _grid(rows, (0.5, 0.5), header=False, lines=False)


def _photo(number: int, photo: PhotoPart, preview: bytes | None) -> list[Flowable]:
    facts = [
        _words(photo.damage),
        f"{_words(photo.severity)} damage" if photo.severity else "",
        f"Hazards: {', '.join(photo.hazards)}" if photo.hazards else "",
        f"Phase: {photo.phase}" if photo.phase else "",
    ]
    where = " · ".join(part for part in (photo.room, _local(photo.taken_at)) if part)
    said = [part for part in facts if part]
    return [
        _picture(preview)
        if preview
        else _paragraph("This photo was deleted before the report was written.", "missing"),
        _paragraph(f"{number}. {photo.caption or 'Without a caption'}", "caption"),
        *([_paragraph(where, "evidence")] if where else []),
        *([_paragraph(". ".join(said), "evidence")] if said else []),
        *([_paragraph(_seen(photo.seen_by), "evidence")] if photo.seen_by and photo.seen_by.fields else []),
        _paragraph(photo.id, "evidence"),
    ]


def _seen(by: SeenBy) -> str:
    return f"By a model ({by.model}), not by a person: {', '.join(map(_words, by.fields)).lower()}"


def _picture(preview: bytes) -> Flowable:
    """The JPEG as it is, as large as its cell allows."""
    from reportlab.lib.utils import ImageReader
    from reportlab.platypus import Image

    width, height = ImageReader(io.BytesIO(preview)).getSize()
    scale = min((_WIDTH / _PHOTO_COLUMNS - 16) / width, _PHOTO_HEIGHT / height)
    return Image(io.BytesIO(preview), width * scale, height * scale, hAlign="LEFT")


def _signature(bundle: Bundle, hashed: Sequence[BundleFile]) -> Iterator[Flowable]:
    from reportlab.platypus import KeepTogether

    signed = bundle.sign_off
    rows = [
        [_paragraph("Signed by", "label"), _text(signed.signed_by.name or signed.signed_by.id)],
        [
            _paragraph("Identity", "label"),
            _text(f"{_IDENTITIES[signed.signed_by.type]} {signed.signed_by.id}"),
        ],
        [_paragraph("Signed at", "label"), _text(_moment(signed.signed_at))],
        [_paragraph("Sign-off", "label"), _text(f"{signed.id}, version {signed.version}")],
    ]
    yield KeepTogether(
        [
            _paragraph("Signature", "heading"),
            _paragraph(
                "The person named below reviewed every item of this scope and signed it electronically. The values"
                " above are those of this version and do not change.",
                "body",
            ),
            _grid(rows, (0.2, 0.8), header=False),
        ]
    )
    yield from _heading("Files and hashes (SHA-256)")
    yield _paragraph(
        "The manifest of the sign-off lists these files and this report. Its own hash is in the audit log.",
        "remark",
    )
    rows = [[_paragraph("File", "column"), _paragraph("SHA-256", "column")]]
    rows += [[_text(file.name), _paragraph(file.sha256, "hash")] for file in hashed]
    rows += [
        [[_text(f"Photo {number}"), _paragraph(photo.id, "evidence")], _paragraph(photo.sha256, "hash")]
        for number, photo in enumerate(bundle.photos, 1)
    ]
    yield _grid(rows, (0.34, 0.66))


# ---------------------------------------------------------------- words


def _quotes(quotes: Sequence[Quote]) -> Iterator[Flowable]:
    for quote in quotes[:_QUOTES_SHOWN]:
        yield _paragraph(f"“{_clipped(quote.text, _QUOTE_CHARACTERS)}” ({quote.source_id})", "evidence")
    more = len(quotes) - _QUOTES_SHOWN
    if more > 0:
        yield _paragraph(f"and {more} more in bundle.json", "evidence")
    if not quotes:
        yield _paragraph("No evidence", "evidence")


def _summary(values: Values) -> str:
    quantity = _quantity(values)
    return f"{_words(values.activity)}, {values.description}" + (f", {quantity}" if quantity else "")


def _quantity(values: Values) -> str:
    return f"{_number(values.quantity)} {values.unit or ''}".strip() if values.quantity is not None else ""


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def _feet(value: float) -> str:
    """Feet and inches: 12' 6"."""
    inches = round(value * 12, 1)
    feet, rest = divmod(inches, 12)
    return f"{feet:.0f}' {rest:g}\""


def _words(name: str | None) -> str:
    text = (name or "").replace("_", " ")
    return text[:1].upper() + text[1:]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _local(taken_at: str | None) -> str | None:
    return taken_at.replace("T", " ") if taken_at else None


def _clipped(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[:characters].rstrip()} …"


# ---------------------------------------------------------------- typography


def _heading(text: str, style: str = "heading") -> Iterator[Flowable]:
    """A heading that is not left alone at the end of a page."""
    from reportlab.platypus import CondPageBreak

    yield CondPageBreak(_HEADING_SPACE)
    yield _paragraph(text, style)


def _text(value: object) -> Flowable:
    """A cell; a dash for what is absent."""
    return _paragraph("–" if value in (None, "") else str(value), "cell")  # noqa: RUF001 - a dash


def _right(value: object) -> Flowable:
    return _paragraph("–" if value in (None, "") else str(value), "cell_right")  # noqa: RUF001


def _paragraph(text: str, style: str) -> Flowable:
    from reportlab.platypus import Paragraph

    shown = text if style == "body" else _clipped(text, _CELL_CHARACTERS)
    return Paragraph(_escaped(shown), _styles()[style])


def _escaped(text: str) -> str:
    return escape(_printable(text), {'"': "&quot;", "'": "&apos;"})


def _printable(text: str) -> str:
    """Characters that the font does not have become U+FFFD. bundle.json has them."""
    from reportlab.pdfbase import pdfmetrics

    known = pdfmetrics.getFont(_FONT).face.charToGlyph
    return "".join(
        character if ord(character) in known else " " if character.isspace() else "\ufffd"
        for character in text
    )


@cache
def _register_fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (_FONT, _BOLD):
        with as_file(files("eal_reports").joinpath(f"{name}.ttf")) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))


@cache
def _styles() -> dict[str, Style]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    body = ParagraphStyle(
        "body", fontName=_FONT, fontSize=8.5, leading=11.5, textColor=HexColor(_INK), spaceAfter=3
    )

    def style(name: str, parent: Style = body, **changes: object) -> Style:
        return ParagraphStyle(name, parent=parent, **changes)

    faint, cell = HexColor(_FAINT), style("cell", fontSize=8, leading=10.5, spaceAfter=0)
    evidence = style("evidence", cell, fontSize=7, leading=9, textColor=faint)
    column = style("column", cell, fontName=_BOLD, fontSize=7.5)
    styles = (
        body,
        cell,
        evidence,
        column,
        style("cell_right", cell, alignment=TA_RIGHT),
        style("evidence_right", evidence, alignment=TA_RIGHT),
        style("column_right", column, alignment=TA_RIGHT),
        style("label", cell, textColor=faint),
        style("organization", fontName=_BOLD, fontSize=10, textColor=faint, spaceAfter=10),
        style("title", fontName=_BOLD, fontSize=20, leading=25, spaceAfter=2),
        style("subtitle", fontSize=10, leading=14, textColor=faint, spaceAfter=10),
        style("summary", textColor=faint, spaceBefore=6),
        style("heading", fontName=_BOLD, fontSize=12, leading=16, spaceBefore=16, spaceAfter=5),
        style("subheading", fontName=_BOLD, fontSize=9, spaceBefore=8, spaceAfter=3),
        style("remark", fontSize=7.5, leading=10, textColor=faint, spaceBefore=3, spaceAfter=4),
        style("note_head", fontSize=7.5, leading=10, textColor=faint, spaceBefore=6),
        style("caption", cell, fontName=_BOLD, fontSize=7.5, spaceBefore=4),
        style("missing", cell, textColor=faint, spaceBefore=40, spaceAfter=40),
        style("hash", cell, fontSize=7),
    )
    return {name.name: name for name in styles}


def _grid(
    rows: list[list[Flowable]], shares: Iterable[float], *, header: bool = True, lines: bool = True
) -> Flowable:
    """A table over the width of the text. Its header is repeated on each page."""
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table

    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4 if lines else 14),
    ]
    if lines:
        style.append(("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(_LINE)))
    if header:
        style.append(("BACKGROUND", (0, 0), (-1, 0), HexColor(_SHADE)))
    widths = [share * _WIDTH for share in shares]
    return Table(rows, colWidths=widths, repeatRows=int(header), style=style, hAlign="LEFT")


def _canvas(title: str, organization: str) -> type:
    """Draws the running lines of each page, when the number of pages is known."""
    from reportlab.lib.colors import HexColor
    from reportlab.pdfgen.canvas import Canvas

    class NumberedCanvas(Canvas):  # type: ignore[misc] # ReportLab has no types
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            self._pages: list[dict[str, object]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self._run_lines(number, len(self._pages))
                super().showPage()
            super().save()

        def _run_lines(self, number: int, total: int) -> None:
            left, bottom = _MARGIN + _PADDING, 0.5 * _POINTS_PER_INCH
            right = left + _WIDTH
            self.setFont(_FONT, 7)
            self.setFillColor(HexColor(_FAINT))
            self.setStrokeColor(HexColor(_LINE))
            self.setLineWidth(0.5)
            self.line(left, bottom + 10, right, bottom + 10)
            self.drawString(left, bottom, _clipped(_printable(f"{organization} · {title}"), 90))
            self.drawRightString(right, bottom, f"Page {number} of {total}")

    return NumberedCanvas
