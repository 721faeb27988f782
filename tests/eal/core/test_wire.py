"""Views of entities."""

from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from eal.core.wire import Wire


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class Entity:
    id: str
    salt: str
    parts: tuple[Part, ...]
    main: Part | None = None


class PartView(Wire):
    name: str


class EntityView(Wire):
    id: str
    parts: list[PartView]
    main: PartView | None


def test_a_view_has_the_declared_fields_of_its_entity_and_no_others() -> None:
    part = Part("roof", "s3cret")

    view = EntityView.of(Entity("thing_1", "00", (part,), part))

    assert view.model_dump() == {"id": "thing_1", "parts": [{"name": "roof"}], "main": {"name": "roof"}}


def test_an_entity_without_a_declared_field_has_no_view() -> None:
    with pytest.raises(ValidationError):
        EntityView.of(Part("roof", "s3cret"))
