"""Items: JSON values to DynamoDB attributes and back, and dataclasses to items and back.

Not boto3's TypeSerializer: it refuses floats, returns Decimal and is three times slower. Numbers here are counts, cents
and confidences, all exact within the 15 digits of a float.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, cast

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from _typeshed import DataclassInstance
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UniversalAttributeValueTypeDef
    from pydantic import BaseModel

    from eal.core.json import Json

type Item = dict[str, Json]


class InvalidItem(Exception):
    """A stored item or a message does not have the expected shape."""


def encode(value: Json) -> UniversalAttributeValueTypeDef:
    """A JSON value as a DynamoDB attribute."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": repr(value)}
        case None:
            return {"NULL": True}
        case dict():
            return {"M": {name: encode(member) for name, member in value.items()}}
        case _:
            return {"L": [encode(member) for member in cast("Sequence[Json]", value)]}


def decode(attribute: AttributeValueTypeDef | UniversalAttributeValueTypeDef) -> Json:
    """The JSON value of a DynamoDB attribute. Sets and binaries are not used."""
    ((kind, value),) = cast("dict[str, object]", attribute).items()
    match kind:
        case "S" | "BOOL":
            return cast("str | bool", value)
        case "N":
            text = cast("str", value)
            return float(text) if "." in text or "e" in text.lower() else int(text)
        case "M":
            return {
                name: decode(member)
                for name, member in cast("dict[str, AttributeValueTypeDef]", value).items()
            }
        case "L":
            return [decode(member) for member in cast("list[AttributeValueTypeDef]", value)]
        case _:
            return None


def to_attributes(item: Mapping[str, Json]) -> dict[str, UniversalAttributeValueTypeDef]:
    return {name: encode(value) for name, value in item.items()}


def from_attributes(
    attributes: Mapping[str, AttributeValueTypeDef] | Mapping[str, UniversalAttributeValueTypeDef],
) -> Item:
    return {name: decode(value) for name, value in attributes.items()}


_adapters: dict[type, TypeAdapter[object]] = {}


def _adapter(cls: type) -> TypeAdapter[object]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def prepare(cls: type) -> None:
    """Create what `dump` and `load` need for a dataclass, which they otherwise do on first use."""
    _adapter(cls)


def dump(entity: object) -> Item:
    """A dataclass as the fields of an item. None is left out."""
    return cast("Item", _adapter(type(entity)).dump_python(entity, mode="json", exclude_none=True))


def load[T](cls: type[T], item: Mapping[str, Json]) -> T:
    """The dataclass in an item, validated. Key and index attributes are ignored.

    Raises: InvalidItem, which names the fields and not their values, because it is logged.
    """
    try:
        return cast("T", _adapter(cls).validate_python(item))
    except ValidationError as invalid:
        wrong = ", ".join(".".join(map(str, error["loc"])) for error in invalid.errors(include_input=False))
        raise InvalidItem(f"this is no {cls.__name__}: {wrong}") from None


def patched[T: DataclassInstance](entity: T, body: BaseModel) -> T:
    """The dataclass with the fields that a request body has: null sets a field to its default."""
    sent = body.model_fields_set
    kept = {field.name: getattr(entity, field.name) for field in fields(entity) if field.name not in sent}
    changes = body.model_dump(include=sent, exclude_none=True)
    return cast("T", _adapter(type(entity)).validate_python({**kept, **changes}))
