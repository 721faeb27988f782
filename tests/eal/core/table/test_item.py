"""Items: JSON values and dataclasses survive storage unchanged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from eal.core import aws
from eal.core import settings as eal_settings
from eal.core.clock import Instant, parse
from eal.core.table.item import (
    InvalidItem,
    decode,
    dump,
    encode,
    from_attributes,
    load,
    patched,
    to_attributes,
)
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.json import Json

NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15).filter(
    lambda number: number == 0 or abs(number) > 1e-100
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé #", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_a_json_value_survives_its_attribute(value: Json) -> None:
    assert decode(encode(value)) == value


@given(JSON)
def test_a_boolean_remains_a_boolean(value: Json) -> None:
    assert str(decode(encode([True, False, value]))).startswith("[True, False")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_a_json_value_survives_the_table(by: Caller, value: Json) -> None:
    item_key = key(Tenant(by.organization_id, "live"), "THING", "thing_1")
    aws.dynamodb().put_item(
        TableName=eal_settings.state_table(), Item=to_attributes({**item_key._asdict(), "value": value})
    )
    item = get(item_key)
    assert item is not None
    assert item["value"] == value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    name: str
    at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    id: str
    made_at: Instant
    count: int
    share: float
    parts: tuple[_Part, ...] = ()
    note: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


MOMENTS = st.datetimes(
    min_value=parse("2000-01-01T00:00:00Z").replace(tzinfo=None),
    max_value=parse("2100-01-01T00:00:00Z").replace(tzinfo=None),
).map(lambda at: parse(at.isoformat() + "Z"))


@given(
    made_at=MOMENTS,
    count=st.integers(-(10**12), 10**12),
    share=st.floats(0, 1),
    names=st.lists(st.text(max_size=5), max_size=3),
    note=st.none() | st.text(),
)
def test_a_dataclass_survives_its_item(
    made_at: datetime, count: int, share: float, names: list[str], note: str | None
) -> None:
    thing = _Thing(
        id="thing_1",
        made_at=made_at,
        count=count,
        share=share,
        parts=tuple(_Part(name=name, at=made_at) for name in names),
        note=note,
    )
    assert load(_Thing, from_attributes(to_attributes(dump(thing)))) == thing


def test_a_field_that_is_none_is_not_in_the_item() -> None:
    assert dump(_Part(name="a")) == {"name": "a"}


def test_keys_and_index_attributes_are_ignored() -> None:
    assert load(_Part, {"pk": "p", "sk": "s", "gsi1pk": "g", "name": "a"}) == _Part(name="a")


def test_the_error_of_an_invalid_item_names_its_fields_without_their_values() -> None:
    with pytest.raises(InvalidItem) as invalid:
        load(_Part, {"pk": "p", "at": "dana@example.com"})
    assert "name" in str(invalid.value)
    assert "at" in str(invalid.value)
    assert "dana" not in str(invalid.value)


def test_a_whole_number_in_a_float_field_is_loaded_as_a_float() -> None:
    # DynamoDB returns 1.0 as 1.
    thing = load(
        _Thing, {"id": "t", "made_at": "2026-04-24T17:42:11.314Z", "count": 1, "share": decode({"N": "1"})}
    )
    assert isinstance(thing.share, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    city: str
    line2: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str | None = None
    phones: tuple[str, ...] = ()
    address: Address | None = None
    extra: dict[str, str | None] = field(default_factory=dict)


class AddressBody(BaseModel):
    city: str
    line2: str | None = None


class PersonUpdate(BaseModel):
    name: str | None = None
    phones: list[str] | None = None
    address: AddressBody | None = None
    extra: dict[str, str | None] | None = None


PERSON = Person(id="p", name="Dana", phones=("1", "2"), address=Address(city="Reno"), extra={"a": "b"})


def test_a_patch_replaces_the_fields_of_the_body_and_keeps_the_others() -> None:
    body = PersonUpdate.model_validate({"phones": ["3"], "address": {"city": "Ely"}, "extra": {"c": None}})

    assert patched(PERSON, body) == Person(
        id="p", name="Dana", phones=("3",), address=Address(city="Ely"), extra={"c": None}
    )


def test_null_in_a_patch_sets_a_field_to_its_default() -> None:
    body = PersonUpdate.model_validate({"name": None, "phones": None, "address": None, "extra": None})

    assert patched(PERSON, body) == Person(id="p")


def test_an_empty_patch_changes_nothing() -> None:
    assert patched(PERSON, PersonUpdate()) == PERSON
