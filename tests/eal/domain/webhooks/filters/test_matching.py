"""Filters, against the schemas and examples of every event type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.events import catalogue, schemas
from eal.domain.webhooks.filters.matching import matches
from eal.domain.webhooks.filters.validation import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())


def _fields(data: Any, path: str = "data") -> Iterator[tuple[str, Any]]:
    """Each scalar of an example with its path."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _fields(value, f"{path}.{name}")
    elif not isinstance(data, list):
        yield path, data


@pytest.mark.parametrize("event_type", sorted(catalogue.CATALOGUE))
def test_every_field_of_every_type_can_be_filtered(event_type: str) -> None:
    data: Any = schemas.types()[event_type].example["data"]
    fields = list(_fields(data))
    assert len(fields) > 5
    for path, value in fields:
        for condition in ({"eq": value}, {"in": [value]}, {"exists": value is not None}):
            assert faults({path: condition}, [event_type]) == [], path
            assert matches({path: condition}, data), path


def test_the_star_accepts_the_fields_of_all_types_that_it_includes() -> None:
    assert faults({"data.classification.urgency": {"eq": "emergency"}}, ["*"]) == []
    assert faults({"data.caller_number": {"exists": True}}, ["*", "audit.log.event"]) == []
    assert faults({"data.action": {"eq": "lead.created"}}, ["*", "audit.log.event"]) == []
    (wrong,) = faults({"data.action": {"eq": "lead.created"}}, ["*"])
    assert wrong["pointer"] == "/filter/data.action"


def test_a_value_must_fit_one_of_the_fields_at_a_path() -> None:
    condition = {"data.status": {"eq": "won"}}  # of leads, not of calls

    assert faults(condition, ["lead.updated", "call.received"]) == []
    assert [fault["pointer"] for fault in faults(condition, ["call.received"])] == ["/filter/data.status/eq"]


@pytest.mark.parametrize(
    "path",
    ["", "data", "data.", "data..id", "id", "data.id.x", "data.phones.0", "DATA.id", "data." + "x" * 200],
)
def test_an_unknown_path_is_rejected(path: str) -> None:
    assert [fault["type"] for fault in faults({path: {"exists": True}}, ["*"])] == ["unknown_path"]


def test_members_of_a_free_object_are_accepted() -> None:
    condition = {"data.metadata.branch": {"eq": "north"}}

    assert faults(condition, ["lead.created"]) == []
    assert matches(condition, {"metadata": {"branch": "north"}})
    assert not matches(condition, {"metadata": {}})


def test_a_pointer_is_escaped() -> None:
    (wrong,) = faults({"data.a/b~c": {"eq": 1}}, ["*"])

    assert wrong["pointer"] == "/filter/data.a~1b~0c"


def test_true_does_not_equal_one() -> None:
    assert not matches({"data.x": {"eq": 1}}, {"x": True})
    assert not matches({"data.x": {"in": [0, 1]}}, {"x": False})
    assert not matches({"data.x": {"gt": 0}}, {"x": True})


@given(value=SCALARS, other=SCALARS)
def test_operators_agree_with_each_other(value: Any, other: Any) -> None:
    data = {"x": value}

    def holds(**condition: Any) -> bool:
        return matches({"data.x": condition}, data)

    assert holds(eq=value)
    assert holds(eq=other) == matches({"data.x": {"in": [other]}}, data)
    assert holds(exists=True) != holds(exists=False)
    assert holds(exists=value is not None)
    if type(value) in (int, float) and type(other) in (int, float):
        assert holds(gt=other) + holds(lt=other) + holds(eq=other) == 1
    assert matches({"data.x": {"eq": value, "exists": value is not None}}, data)
    assert matches({"data.x": {"eq": value}, "data.y": {"exists": True}}, data) is False
