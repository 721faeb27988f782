"""The rows of a file, read in constant memory: first the structure, which can fail the file, then the values."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, cast

from eal.core.errors import field_of, validation_message
from eal.core.schema import ValidationError
from eal.domain.lead_imports.model import MAX_ROW_BYTES, MAX_ROWS, RowError
from eal.domain.leads.wire import AttributionBody, LeadCreate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.json import Json
    from eal.domain.lead_imports.model import Format

SOURCE = "import"
_BLOCK = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_ERRORS_PER_ROW = 10
_MAX_MESSAGE_CHARACTERS = 300

_OWN = (
    "first_name",
    "last_name",
    "company",
    "email",
    "source",
    "source_detail",
    "loss_type",
    "notes",
    "assigned_to",
)
_PHONES = ("phone", "phones")
_ADDRESS = {
    "address_line1": "line1",
    "address_line2": "line2",
    "city": "city",
    "state": "state",
    "postal_code": "postal_code",
    "country": "country",
}
# The column `source` is the `source` of the lead, not of its attribution.
_ATTRIBUTION = {
    "attribution_source" if member == "source" else member: member for member in AttributionBody.model_fields
}
_METADATA = "metadata."
_COLUMN_OF = {
    **{f"address.{member}": column for column, member in _ADDRESS.items()},
    **{f"attribution.{member}": column for column, member in _ATTRIBUTION.items()},
}


class NotImportable(Exception):
    """The file cannot be imported. The message is shown to the caller and quotes no value of a row."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row's lead, or its errors."""

    number: int
    body: LeadCreate | None
    errors: tuple[RowError, ...] = ()

    @property
    def contacts(self) -> int:
        return len({*self.body.phones}) + bool(self.body.email) if self.body else 0


def count(file: BinaryIO, form: Format) -> int:
    """The number of rows. Reads the whole file, so that a malformed file fails before any row is imported.

    Raises: NotImportable.
    """
    number = 0
    for number, _ in enumerate(_records(file, form), start=1):
        if number > MAX_ROWS:
            raise NotImportable(f"The file has more than {MAX_ROWS} rows.")
    return number


def read(file: BinaryIO, form: Format, after: int) -> Iterator[ImportRow]:
    """The rows after the first `after`, validated.

    Raises: NotImportable.
    """
    records = _records(file, form)
    for number, record in islice(enumerate(records, start=1), after, None):
        if isinstance(records, CsvFile):
            yield records.row(number, cast("tuple[str, ...]", record))
        else:
            yield _json_row(number, cast("str", record))


def _records(file: BinaryIO, form: Format) -> CsvFile | Iterator[str]:
    file.seek(0)
    return CsvFile(file) if form == "csv" else (line for line, _ in lines(file) if line.strip())


def _json_row(number: int, line: str) -> ImportRow:
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return ImportRow(number, None, (RowError(row=number, message="Must be a JSON object."),))
    return _validated(number, body)


class CsvFile:
    """RFC 4180 with a header. Rows without any value are skipped: spreadsheets append them."""

    def __init__(self, file: BinaryIO) -> None:
        self._size = self._number = 0
        self._reader = csv.reader(self._bounded(file), strict=True)
        header = next(iter(self), None)
        if header is None:
            raise NotImportable("The file is empty. Its first row must name the columns.")
        self._columns = _columns(header)
        self._number = 0

    def _bounded(self, file: BinaryIO) -> Iterator[str]:
        for line, size in lines(file):
            self._size += size
            if self._size > MAX_ROW_BYTES:
                raise NotImportable(
                    f"{self._position()} is longer than {MAX_ROW_BYTES} bytes. Check for a missing closing quote."
                )
            yield line

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        while True:
            self._size = 0
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as wrong:
                raise NotImportable(f"{self._position()} is not valid CSV: {wrong}.") from None
            if any(field.strip() for field in fields):
                self._number += 1
                yield tuple(fields)

    def _position(self) -> str:
        return f"Row {self._number + 1}" if hasattr(self, "_columns") else "The header"

    def row(self, number: int, fields: tuple[str, ...]) -> ImportRow:
        if len(fields) != len(self._columns):
            message = f"Has {len(fields)} fields, but the header has {len(self._columns)}."
            return ImportRow(number, None, (RowError(row=number, message=message),))
        return _validated(number, _body(self._columns, fields), of_columns=True)


def lines(file: BinaryIO) -> Iterator[tuple[str, int]]:
    r"""Lines with their ends (\n, \r\n, \r) and their size in bytes.

    Raises: NotImportable if the file is not UTF-8 text, or a line is longer than MAX_ROW_BYTES.
    """
    offset = 0
    for number, piece in enumerate(_pieces(file), start=1):
        text = piece.removeprefix(_BYTE_ORDER_MARK) if offset == 0 else piece
        try:
            line = text.decode()
        except UnicodeDecodeError as wrong:
            position = offset + len(piece) - len(text) + wrong.start + 1
            raise NotImportable(
                f"The file is not UTF-8: byte {position}, in line {number}, is invalid. Save it as UTF-8."
            ) from None
        if "\0" in line:
            raise NotImportable(f"The file is not a text file: line {number} has a NUL byte.")
        offset += len(piece)
        yield line, len(piece)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    rest, number = b"", 0
    while block := file.read(_BLOCK):
        # The last piece can continue in the next block, even if it ends in \r.
        *complete, rest = (rest + block).splitlines(keepends=True)
        yield from complete
        number += len(complete)
        if len(rest) > MAX_ROW_BYTES:
            raise NotImportable(f"Line {number + 1} is longer than {MAX_ROW_BYTES} bytes.")
    if rest:
        yield rest


# ---------------------------------------------------------------- columns


def _columns(header: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(map(_column, header))
    if unknown := [name[:40] or "(no name)" for name in found if not _is_known(name)]:
        known = ", ".join((*_OWN, *_PHONES, *_ADDRESS, *_ATTRIBUTION, "metadata.<key>"))
        hint = " Separate columns with commas." if len(found) == 1 and ";" in found[0] else ""
        raise NotImportable(
            f"Unknown columns in the header: {', '.join(unknown[:20])}.{hint} Known columns: {known}."
        )
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise NotImportable(f"Duplicate columns in the header: {', '.join(twice[:20])}.")
    return found


def _column(text: str) -> str:
    """A header's name in our spelling. The key of a metadata column is kept as it is."""
    name = text.strip()
    if name.lower().startswith(_METADATA):
        return _METADATA + name[len(_METADATA) :].strip()
    return name.lower().replace(" ", "_").replace("-", "_")


def _is_known(name: str) -> bool:
    return name in (*_OWN, *_PHONES, *_ADDRESS, *_ATTRIBUTION) or (
        name.startswith(_METADATA) and name != _METADATA
    )


def _body(columns: tuple[str, ...], fields: tuple[str, ...]) -> dict[str, Json]:
    """The row as a body of `POST /v1/leads`. Empty fields are left out."""
    body: dict[str, Json] = {}
    address: dict[str, Json] = {}
    attribution: dict[str, Json] = {}
    metadata: dict[str, Json] = {}
    phones: list[Json] = []
    for name, value in zip(columns, map(str.strip, fields), strict=True):
        if not value:
            continue
        if name in _PHONES:
            phones += [phone.strip() for phone in value.split(";") if phone.strip()]
        elif name in _ADDRESS:
            address[_ADDRESS[name]] = value
        elif name in _ATTRIBUTION:
            attribution[_ATTRIBUTION[name]] = value
        elif name.startswith(_METADATA):
            metadata[name.removeprefix(_METADATA)] = value
        else:
            body[name] = value
    parts: dict[str, Json] = {
        "phones": phones, "address": address, "attribution": attribution, "metadata": metadata,
    }  # fmt: skip
    return {**body, **{name: part for name, part in parts.items() if part}}


# ---------------------------------------------------------------- values


def _validated(number: int, body: dict[str, Json], *, of_columns: bool = False) -> ImportRow:
    try:
        return ImportRow(number, LeadCreate.model_validate({"source": SOURCE, **body}))
    except ValidationError as invalid:
        details = invalid.errors(include_url=False, include_context=False, include_input=False)
    return ImportRow(
        number,
        None,
        tuple(
            RowError(
                row=number,
                field=_field(location, of_columns=of_columns),
                message=message[:_MAX_MESSAGE_CHARACTERS],
            )
            for detail in details[:_MAX_ERRORS_PER_ROW]
            for location, message in (
                field_of(detail["loc"], validation_message(detail["type"], detail["msg"]), body),
            )
        ),
    )


def _field(location: tuple[int | str, ...], *, of_columns: bool) -> str | None:
    """The invalid column, or the path in the JSON object."""
    path = ".".join(map(str, location))
    if of_columns and not path.startswith(_METADATA):
        path = _COLUMN_OF.get(path) or (str(location[0]) if location else "")
    # A name in JSON can be half a surrogate pair, which has no UTF-8 form and cannot be stored.
    return path[:100].encode(errors="replace").decode() or None
