"""The files of a bundle: the same bytes for the same sign-off, and harmless in the programs that open them."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from eal.domain.claims.sign_offs import bundle as bundles
from eal.domain.claims.sign_offs.files import SCHEMA_NAME, BundleManifest, file_of
from tests.support.bundles import bundle, item, quote, values

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_the_published_schema_is_that_of_the_bundle() -> None:
    published = files("eal.domain.claims.sign_offs").joinpath(SCHEMA_NAME).read_bytes()

    assert published == bundles.schema(), "write eal.domain.claims.sign_offs.bundle.schema() to the file"


def test_a_bundle_matches_its_schema_and_an_unknown_member_does_not() -> None:
    schema, document = json.loads(bundles.schema()), json.loads(bundles.as_json(bundle()))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    document["rooms"][0]["colour"] = "white"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


@given(TEXT, TEXT, st.floats(0, 1e6))
def test_a_bundle_survives_its_json(text: str, room: str, quantity: float) -> None:
    given_bundle = bundle(
        items=(item(values=values(room=room, quantity=quantity, description=text), evidence=(quote(text),)),)
    )
    content = bundles.as_json(given_bundle)

    assert bundles.of_json(content) == given_bundle
    assert bundles.as_json(bundles.of_json(content)) == content


def test_a_bundle_with_an_unknown_member_is_refused() -> None:
    document = json.loads(bundles.as_json(bundle())) | {"price": 12}

    with pytest.raises(ValidationError):
        bundles.of_json(json.dumps(document).encode())


def test_the_scope_as_csv_has_accepted_and_edited_items_with_the_value_of_the_engine() -> None:
    header, *found = rows(bundles.as_csv(bundle()))

    by_id = {row[0]: dict(zip(header, row, strict=True)) for row in found}
    assert list(by_id) == ["item_1", "item_2", "item_4"]
    edited = by_id["item_2"]
    assert (edited["decision"], edited["quantity"], edited["engine_quantity"]) == ("edited", "130", "125")
    assert by_id["item_4"]["room"] == ""
    assert edited["evidence"] == "note note_1: Pulled all carpet and pad, 12'6\" x 10'"


@given(st.sampled_from(["=", "+", "-", "@", "\t", "＝"]), TEXT)  # noqa: RUF001 - a wide one
def test_no_cell_starts_like_a_formula(sign: str, text: str) -> None:
    hostile = f"{sign}{text}"
    given_bundle = bundle(
        items=(item(values=values(room=hostile, description=hostile, note=hostile, category_code=hostile)),)
    )

    (_, row) = rows(bundles.as_csv(given_bundle))

    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in row)  # noqa: RUF001


def test_a_manifest_has_the_hash_of_each_file_and_one_of_its_own() -> None:
    first, other = file_of("a", b"a"), file_of("b", b"bb")

    manifest = BundleManifest(files=(first, other))

    assert (first.sha256[:8], other.bytes) == ("ca978112", 2)
    assert json.loads(manifest.as_json())["files"][1] == {
        "name": "b",
        "sha256": other.sha256,
        "bytes": 2,
    }
    assert manifest.sha256 != BundleManifest(files=(other, first)).sha256
