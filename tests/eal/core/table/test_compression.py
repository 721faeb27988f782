"""Compressed values: nothing is lost, and what is stored today can be read for as long as it is kept."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.events import schemas
from eal.core.table import compression
from eal.core.table.compression import Unreadable, compress, decompress
from eal.core.table.item import MAX_LISTED_BYTES, compressed, decode, encode

if TYPE_CHECKING:
    from eal.core.json import Json

TEXT = st.text(st.characters())  # lone surrogates among them
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


def _content(value: Json) -> bytes:
    content = compress(value)
    assert content is not None
    return content


def _type(value: Json) -> str:
    ((name, _),) = cast("dict[str, object]", encode(value)).items()
    return name


@given(JSON)
def test_a_value_survives_compression(value: Json) -> None:
    assert decompress(_content(value)) == value


@given(TEXT)
def test_a_text_is_not_taken_for_the_json_in_it(text: str) -> None:
    value = json.dumps({"text": text})
    assert decompress(_content(value)) == value


def test_values_that_are_stored_can_be_read() -> None:
    """Another dictionary or form would make them unreadable: it needs a first byte of its own."""
    digest = hashlib.sha256(compression.DICTIONARY.read_bytes()).hexdigest()
    assert digest == "2902dc9e454eee373e0cbd16c60226c04318f692e31a6fc9575dc2339ac222fe"
    assert decompress(bytes.fromhex("012390c46a01")) == '{"id":"lead_01k","status":"new"}'
    assert decompress(bytes.fromhex("028b26bed90300")) == [{"field": "status", "from": None, "to": "new"}]


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x03abc", b"\x01", b"\x01\xff\xff", b"{}"])
def test_content_in_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        decompress(content)


def test_content_that_is_cut_off_is_refused() -> None:
    content = _content("x" * 100 + "y" * 100)
    for end in range(len(content)):
        with pytest.raises(Unreadable):
            decompress(content[:end])


def test_a_short_event_takes_a_third_of_its_size() -> None:
    data = json.dumps(schemas.types()["lead.created"].example["data"], separators=(",", ":"))
    assert len(_content(data)) < len(data) / 3


def test_a_value_of_a_list_is_stored_as_it_is_above_the_limit() -> None:
    """Otherwise a page of a few hundred such values, decompressed, would be larger than a response."""
    longest, longer = "x" * MAX_LISTED_BYTES, "x" * (MAX_LISTED_BYTES + 1)
    assert _type(compressed(longest, MAX_LISTED_BYTES)) == "B"
    assert _type(compressed(longer, MAX_LISTED_BYTES)) == "S"
    assert _type(compressed(longer)) == "B"


def test_both_forms_are_read() -> None:
    value: Json = {"a": [1, None, "é"]}
    small, large = encode(compressed(value)), encode(compressed(value, max_bytes=0))

    assert large == encode(value) != small
    assert decode(small) == decode(large) == value
