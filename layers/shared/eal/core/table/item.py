"""Items: JSON values to DynamoDB attributes and back, and dataclasses to items and back.

Not boto3's TypeSerializer: it refuses floats, returns Decimal and is three times slower. Numbers here are counts, cents
and confidences, all exact within the 15 digits of a float.
"""

from __future__ import annotations

import base64
from dataclasses import fields
from typing import TYPE_CHECKING, cast

from eal.core.schema import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypedDict

    from _typeshed import DataclassInstance
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UniversalAttributeValueTypeDef

    from eal.core.json import Json
    from eal.core.schema import BaseModel

    class _Attribute(TypedDict, total=False):
        """An attribute of an item in DynamoDB's JSON. Sets are not used. A binary is a compressed value: base64 in the
        table's stream and from our AWS client, bytes from botocore."""

        S: str
        B: str | bytes
        N: str
        M: dict[str, _Attribute]
        L: list[_Attribute]
        BOOL: bool


type Item = dict[str, Json]


class InvalidItem(Exception):
    """A stored item or a message does not have the expected shape."""


MAX_LISTED_BYTES = 10_000
"""The most that the compressed values of an item may have together before compression, if lists return the item. A
Query returns a megabyte of items as they are stored, which has to fit into a function's memory and into a response."""


class _Compressed:
    """A compressed value. It is not a tuple, so that code that takes it for a JSON value fails."""

    __slots__ = ("max_bytes", "value")

    def __init__(self, value: Json, max_bytes: int | None) -> None:
        self.value = value
        self.max_bytes = max_bytes


def compressed(value: Json, max_bytes: int | None = None) -> Json:
    """The value of an attribute that is stored compressed, and is read like any other.

    DynamoDB bills each kilobyte of an item at every write, again in each index that copies it, and every month that it
    is kept. No condition or filter can look into the value. A value of more than `max_bytes` is stored as it is.
    """
    return cast("Json", _Compressed(value, max_bytes))


# A list of 50 leads decodes over a thousand attributes: tests in order of frequency cost half of a `match`.
def encode(value: Json) -> UniversalAttributeValueTypeDef:
    """A JSON value as a DynamoDB attribute."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": repr(value)}
    if value is None:
        return {"NULL": True}
    if isinstance(value, dict):
        return {"M": {name: encode(member) for name, member in value.items()}}
    if isinstance(value, _Compressed):
        return _encode_compressed(value)
    return {"L": [encode(member) for member in cast("Sequence[Json]", value)]}


def _encode_compressed(value: _Compressed) -> UniversalAttributeValueTypeDef:
    from eal.core.table import compression  # requests that only read often need none

    content = compression.compress(value.value, value.max_bytes)
    return encode(value.value) if content is None else {"B": content}


def decode(attribute: AttributeValueTypeDef | UniversalAttributeValueTypeDef) -> Json:
    """The JSON value of a DynamoDB attribute."""
    return _decoded(cast("_Attribute", attribute))


def _decoded(attribute: _Attribute) -> Json:
    if "S" in attribute:
        return attribute["S"]
    if "N" in attribute:
        text = attribute["N"]
        return float(text) if "." in text or "e" in text.lower() else int(text)
    if "M" in attribute:
        return {name: _decoded(member) for name, member in attribute["M"].items()}
    if "L" in attribute:
        return [_decoded(member) for member in attribute["L"]]
    if "B" in attribute:
        return _decompressed(attribute["B"])
    return attribute.get("BOOL")


def _decompressed(content: str | bytes) -> Json:
    from eal.core.table import compression

    return compression.decompress(base64.b64decode(content) if isinstance(content, str) else content)


def to_attributes(item: Mapping[str, Json]) -> dict[str, UniversalAttributeValueTypeDef]:
    return {name: encode(value) for name, value in item.items()}


def from_attributes(
    attributes: Mapping[str, AttributeValueTypeDef] | Mapping[str, UniversalAttributeValueTypeDef],
) -> Item:
    return {name: _decoded(value) for name, value in cast("dict[str, _Attribute]", attributes).items()}


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
