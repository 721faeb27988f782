"""Files from spreadsheets and scripts: their rows, or the reason why they cannot be imported."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.lead_imports import rows
from eal.domain.lead_imports.model import MAX_ROW_BYTES, MAX_ROWS
from eal.domain.lead_imports.rows import NotImportable

if TYPE_CHECKING:
    from eal.domain.lead_imports.model import Format
    from eal.domain.lead_imports.rows import ImportRow


def read(content: str | bytes, form: Format = "csv", after: int = 0) -> list[ImportRow]:
    raw = content.encode() if isinstance(content, str) else content
    file = io.BytesIO(raw)
    found = list(rows.read(file, form, after))
    assert rows.count(file, form) == len(found) + after
    return found


def refusal(content: str | bytes, form: Format = "csv") -> str:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(NotImportable) as refused:
        rows.count(io.BytesIO(raw), form)
    with pytest.raises(NotImportable):
        list(rows.read(io.BytesIO(raw), form, 0))
    return str(refused.value)


def bodies(content: str | bytes, form: Format = "csv") -> list[dict[str, Any]]:
    found = read(content, form)
    assert all(row.body for row in found), found
    return [row.body.model_dump(exclude_unset=True) for row in found if row.body]


def errors(content: str | bytes, form: Format = "csv") -> list[tuple[int, str | None, str]]:
    return [(error.row, error.field, error.message) for row in read(content, form) for error in row.errors]


A = {"email": "a@example.com", "source": "import"}


@pytest.mark.parametrize(
    "content",
    [
        "email\na@example.com\n",
        "email\na@example.com",
        "email\r\na@example.com\r\n",
        "email\ra@example.com\r",
        "\ufeffemail\na@example.com\n",
        '"email"\n"a@example.com"\n',
        " eMail \n a@example.com \n",
        "email\n\n\na@example.com\n\n",
        "email,notes\n,\na@example.com,\n , \n",
        "EMAIL,First Name,LAST-NAME\na@example.com,,\n",
    ],
)
def test_one_row_in_every_spelling_of_csv(content: str) -> None:
    assert bodies(content) == [A]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"two\nlines"', "two\nlines"),
        ('"two\r\nlines"', "two\nlines"),
        ('"a ""quoted"" word"', 'a "quoted" word'),
        ('"a, b"', "a, b"),
        ("Zoë Müller 雨漏り 🌧", "Zoë Müller 雨漏り 🌧"),
        ("=1+1", "=1+1"),
        ("it's", "it's"),
        ("a\u2028b\tc", "a\u2028b\tc"),
    ],
)
def test_cells_keep_their_text(cell: str, value: str) -> None:
    assert bodies(f"notes,email\n{cell},a@example.com\n")[0]["notes"] == value


def test_a_control_character_does_not_end_a_row_and_is_rejected() -> None:
    said = "Must not contain control characters other than newline and tab. It contains U+0085."
    assert errors("notes,email\na\u0085b\x0bc,a@example.com\n") == [(1, "notes", said)]


def test_every_column_sets_its_field() -> None:
    columns = {
        "first_name": "Dana", "last_name": "Reyes", "company": "Reyes LLC", "email": "D@Example.com",
        "phone": "(415) 555-0123", "phones": "415-555-0124; 415.555.0125 ;", "address_line1": "12 Elm St",
        "address_line2": "Apt 2", "city": "Oakland", "state": "CA", "postal_code": "94601", "country": "US",
        "source": "referral", "source_detail": "a friend", "loss_type": "water", "notes": "wet",
        "assigned_to": "ann", "metadata.Job No": "17", "utm_source": "ads", "gclid": "x", "landing_page": "https://x.test/",
        "attribution_source": "Google Ads", "fbclid": "y",
    }  # fmt: skip
    out = io.StringIO()
    csv.writer(out).writerows([columns.keys(), columns.values()])

    assert bodies(out.getvalue()) == [
        {
            "first_name": "Dana",
            "last_name": "Reyes",
            "company": "Reyes LLC",
            "email": "d@example.com",
            "phones": ["+14155550123", "+14155550124", "+14155550125"],
            "address": {
                "line1": "12 Elm St",
                "line2": "Apt 2",
                "city": "Oakland",
                "state": "CA",
                "postal_code": "94601",
                "country": "US",
            },
            "source": "referral",
            "source_detail": "a friend",
            "loss_type": "water",
            "notes": "wet",
            "assigned_to": "ann",
            "metadata": {"Job No": "17"},
            "attribution": {
                "source": "Google Ads",
                "utm_source": "ads",
                "gclid": "x",
                "fbclid": "y",
                "landing_page": "https://x.test/",
            },
        }
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "must name the columns"),
        (b"\n\n", "must name the columns"),
        (b"\xff\xfee\x00m\x00", "not UTF-8: byte 1, in line 1"),
        (b"\xef\xbb\xbfemail\na@example.com\nZo\xeb\n", "not UTF-8: byte 26, in line 3"),
        (b"email\na\x00@example.com\n", "line 2 has a NUL byte"),
        (b"email,colour,Shoe Size\n", "Unknown columns in the header: colour, shoe_size."),
        (b"email;phone\n", "Separate columns with commas"),
        (b"email,,phone\n", "Unknown columns in the header: (no name)."),
        (b"email,metadata.\n", "Unknown columns in the header: metadata."),
        (b"email, EMAIL,phone\n", "Duplicate columns in the header: email"),
        (b'email\n"a@example.com\n', "Row 1 is not valid CSV: unexpected end of data"),
        (b'email\na@example.com\n"a"b\n', "Row 2 is not valid CSV"),
        (b'"email', "The header is not valid CSV"),
        (b'email\n"' + b"a\n" * MAX_ROW_BYTES, f"Row 1 is longer than {MAX_ROW_BYTES} bytes"),
        (b"email\n" + b"a" * (2 * MAX_ROW_BYTES), f"Line 2 is longer than {MAX_ROW_BYTES} bytes"),
        (b"email\n" + b"a@example.com\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS} rows"),
    ],
)
def test_a_malformed_file_is_rejected_as_a_whole(content: bytes, said: str) -> None:
    if said.startswith("more than 1"):
        with pytest.raises(NotImportable, match=said):
            rows.count(io.BytesIO(content), "csv")
    else:
        assert said in refusal(content)


def test_a_file_of_the_maximum_number_of_rows_is_accepted() -> None:
    assert rows.count(io.BytesIO(b"email\n" + b"a@example.com\n" * MAX_ROWS), "csv") == MAX_ROWS


def test_a_file_with_only_a_header_has_no_rows() -> None:
    assert read("email,phone\n") == []


def test_errors_of_a_csv_row_name_its_columns_and_no_values() -> None:
    content = (
        "email,phone,loss_type,city,metadata.k,utm_source,source,attribution source\n"
        f"secret@,555-SECRET,secret,Secretville,{'s' * 501},{'s' * 501},SECRET!,{'s' * 501}\n"
        ",,,,,,,\n"
        ",,,,,,web_form,\n"
        "a@example.com,x\n"
        "a@example.com,,,,,,,,,\n"
    )

    found = errors(content)

    assert {field for row, field, _ in found if row == 1} == {
        "email", "phones", "loss_type", "address_line1", "state", "postal_code", "metadata.k", "utm_source", "source",
        "attribution_source",
    }  # fmt: skip
    assert [error for error in found if error[0] > 1] == [
        (2, None, "A lead needs an 'email' or at least one number in 'phones'."),
        (3, None, "Has 2 fields, but the header has 8."),
        (4, None, "Has 10 fields, but the header has 8."),
    ]
    assert "secret" not in json.dumps(found).lower()


def test_each_line_of_json_is_a_row() -> None:
    content = '{"email": "a@example.com"}\n\r\n  \n{"phones": ["415 555 0123"], "source": "fair"}'

    assert bodies(content, "jsonl") == [A, {"phones": ["+14155550123"], "source": "fair"}]
    assert bodies("\ufeff" + content, "jsonl") == bodies(content, "jsonl")
    assert read("", "jsonl") == []


@pytest.mark.parametrize(
    "line", ["{", "[]", '"x"', "1", "null", "[" * 20_000, '{"email": ' + "9" * 5000 + "}", "{'email': 1}"]
)
def test_a_line_that_is_not_a_json_object_fails_alone(line: str) -> None:
    found = read(f'{{"email": "a@example.com"}}\n{line}\n{{"email": "b@example.com"}}\n', "jsonl")

    assert [bool(row.body) for row in found] == [True, False, True]
    assert found[1].errors[0].row == 2


def test_errors_of_a_json_row_name_paths() -> None:
    content = '{"emial": "a@example.com", "address": {"city": 1}, "phones": ["415 555 0123", "x"]}'

    paths = {field for _, field, _ in errors(content, "jsonl")}

    assert paths == {
        "emial",
        "address.city",
        "address.line1",
        "address.state",
        "address.postal_code",
        "phones.1",
    }


@pytest.mark.parametrize("member", ['"\\ud800": 1', '"notes": "\\ud800"', '"metadata": {"\\ud800": "x"}'])
def test_an_error_about_half_a_surrogate_pair_can_be_stored(member: str) -> None:
    (found,) = read(f'{{"email": "a@example.com", {member}}}', "jsonl")

    assert found.errors
    for error in found.errors:
        assert f"{error.field}{error.message}".encode()


def test_a_long_line_of_json_is_rejected() -> None:
    assert "Line 1 is longer" in refusal('{"notes": "' + "x" * (2 * MAX_ROW_BYTES), "jsonl")
    assert "NUL" in refusal(b'{"notes": "\x00"}', "jsonl")


def test_resumed_reading_continues_the_row_numbers() -> None:
    content = "email\n" + "".join(f"{n}@example.com\n\n" for n in range(1, 8))

    assert [(row.number, row.body.email) for row in read(content, after=5) if row.body] == [
        (6, "6@example.com"),
        (7, "7@example.com"),
    ]
    assert read(content, after=7) == []


_FILLERS = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters that nobody sees
NAMES = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters=_FILLERS), max_size=60)
NOTES = st.text(st.one_of(st.characters(exclude_categories=["C"]), st.sampled_from("\n\t")), max_size=60)


@given(
    st.lists(st.tuples(NOTES, NAMES), min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_the_output_of_a_csv_writer_is_read_back(
    cells: list[tuple[str, str]], end: str, quoted: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(("email", "notes", "company"))
    for number, (notes, company) in enumerate(cells):
        writer.writerow((f"{number}@example.com", notes, company))

    found = bodies(out.getvalue())

    expected = [(notes.strip() or None, company.strip() or None) for notes, company in cells]
    assert [(body.get("notes"), body.get("company")) for body in found] == expected


@given(st.binary(max_size=400), st.sampled_from(["csv", "jsonl"]))
def test_any_bytes_are_rows_or_an_error(content: bytes, form: Format) -> None:
    try:
        counted = rows.count(io.BytesIO(content), form)
    except NotImportable:
        return
    found = list(rows.read(io.BytesIO(content), form, 0))
    assert len(found) == counted
    assert all(bool(row.body) != bool(row.errors) for row in found)


@given(st.text(alphabet='",\n\r a@é', max_size=300))
def test_lines_do_not_depend_on_blocks(content: str) -> None:
    """The lines are the same in whichever blocks the bytes are read."""

    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 3, 3))

    raw = content.encode()
    assert list(rows.lines(Dribble(raw))) == list(rows.lines(io.BytesIO(raw)))
    assert "".join(line for line, _ in rows.lines(Dribble(raw))) == content
