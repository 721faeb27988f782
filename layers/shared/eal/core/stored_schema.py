"""Replacement of `eal.core.schema` in the built layer: pydantic's models on the core schemas that the build has stored.

Only what eal uses of pydantic, with the same names. The schemas are in `eal_schemas`, written by
eal_build.store_schemas; a model's validator and serializer are made of its schema on first use. Annotations are not
read here, so `Field` and validators in them have no effect.
"""

from __future__ import annotations

# pydantic-core imports these with its first serialization. Here they are a part of the initialisation, to which Lambda
# gives a whole processor, and not of the first request.
import ipaddress as _ipaddress  # noqa: F401
import pathlib as _pathlib  # noqa: F401
import uuid as _uuid  # noqa: F401
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, cast

from pydantic_core import SchemaSerializer, SchemaValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from pydantic_core import CoreConfig, CoreSchema

PACKAGE = "eal_schemas"

type JsonValue = object


class NotStored(Exception):
    """A class is used as a model, and the build has stored no schema of it."""


def module_name(cls: type) -> str:
    """The module of PACKAGE with the schema of a model or a dataclass."""
    return f"{cls.__module__}.{cls.__qualname__}".replace(".", "_")


def _stored(cls: type) -> ModuleType:
    name = f"{PACKAGE}.{module_name(cls)}"
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name not in (PACKAGE, name):
            raise
    raise NotStored(
        f"{cls.__module__}.{cls.__qualname__}: eal_build.store_schemas stores models and dataclasses of eal"
    )


def core_schema(cls: type) -> tuple[CoreSchema, CoreConfig | None]:
    return cast("tuple[CoreSchema, CoreConfig | None]", _stored(cls).core_schema())


def json_schema(cls: type) -> dict[str, Any]:
    """Raises: NotStored if the class is not one of those in `store_schemas.JSON_SCHEMAS`."""
    make = getattr(_stored(cls), "json_schema", None)
    if make is None:
        raise NotStored(
            f"the JSON Schema of {cls.__qualname__}: add it to JSON_SCHEMAS in eal_build.store_schemas"
        )
    return cast("dict[str, Any]", make())


# ---------------------------------------------------------------- what stands in annotations and class bodies


class _Mark:
    """No-op stand-in for a class of pydantic: the stored schema contains its effect."""

    __slots__ = ()

    def __init__(self, *_values: object, **_named: object) -> None:
        pass


class AfterValidator(_Mark): ...


class AliasPath(_Mark): ...


class BeforeValidator(_Mark): ...


class PlainSerializer(_Mark): ...


class PlainValidator(_Mark): ...


class WithJsonSchema(_Mark): ...


class Field(_Mark): ...


ConfigDict = dict


def field_validator[F](*_fields: str, **_named: object) -> Callable[[F], F]:
    return lambda method: method


def model_validator[F](**_named: object) -> Callable[[F], F]:
    return lambda method: method


class PrivateAttr:
    """An attribute of an instance that is no field."""

    def __init__(self, default: object) -> None:
        self._default = default

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: BaseModel | None, _owner: type) -> object:
        if instance is None:
            raise AttributeError(self._name)
        return (instance.__pydantic_private__ or {}).get(self._name, self._default)

    def __set__(self, instance: BaseModel, value: object) -> None:
        private = {**(instance.__pydantic_private__ or {}), self._name: value}
        object.__setattr__(instance, "__pydantic_private__", private)


# ---------------------------------------------------------------- models


class _OfClass[V]:
    """A value of a class, made on first use. Each class has its own, or it would inherit that of its base."""

    def __init__(self, name: str, make: Callable[[type], V]) -> None:
        self._name, self._make = name, make

    def __get__(self, _instance: object, cls: type) -> V:
        value = self._make(cls)
        setattr(cls, self._name, value)
        return value


def _validator(cls: type) -> SchemaValidator:
    return SchemaValidator(*core_schema(cls))


def _serializer(cls: type) -> SchemaSerializer:
    return SchemaSerializer(*core_schema(cls))


def _field_names(cls: type) -> dict[str, None]:
    schema: Mapping[str, Any] = core_schema(cls)[0]
    while schema["type"] != "model-fields":
        schema = schema["schema"]
    return dict.fromkeys(schema["fields"])


_MADE = (
    _OfClass("__pydantic_validator__", _validator),
    _OfClass("__pydantic_serializer__", _serializer),
    _OfClass("model_fields", _field_names),
)


class BaseModel:
    # pydantic-core sets these four.
    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")

    if TYPE_CHECKING:
        __pydantic_validator__: ClassVar[SchemaValidator]
        __pydantic_serializer__: ClassVar[SchemaSerializer]
        __pydantic_private__: dict[str, object] | None
        __pydantic_extra__: dict[str, object] | None
        __pydantic_fields_set__: set[str]
        model_fields: ClassVar[dict[str, None]]

    def __init_subclass__(cls, **named: object) -> None:
        super().__init_subclass__(**named)
        for made in _MADE:
            setattr(cls, made._name, made)

    def __init__(self, /, **values: object) -> None:
        type(self).__pydantic_validator__.validate_python(values, self_instance=self)

    def model_post_init(self, _context: object, /) -> None:
        """Called for models with private attributes."""
        object.__setattr__(self, "__pydantic_private__", None)

    @classmethod
    def model_validate(cls, value: object, **how: Any) -> Self:
        return cast("Self", cls.__pydantic_validator__.validate_python(value, **how))

    @classmethod
    def model_validate_json(cls, text: str | bytes, **how: Any) -> Self:
        return cast("Self", cls.__pydantic_validator__.validate_json(text, **how))

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return json_schema(cls)

    @classmethod
    def model_rebuild(cls) -> None:
        """Build the validator and the serializer now, not on first use."""
        _ = cls.__pydantic_validator__, cls.__pydantic_serializer__

    def model_dump(self, **how: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", type(self).__pydantic_serializer__.to_python(self, **how))

    def model_dump_json(self, **how: Any) -> str:
        return type(self).__pydantic_serializer__.to_json(self, **how).decode()

    @property
    def model_fields_set(self) -> set[str]:
        return self.__pydantic_fields_set__

    def model_copy(self, *, update: Mapping[str, object] | None = None) -> Self:
        changes = dict(update or {})
        return restored(
            type(self),
            {**self.__dict__, **changes},
            {*self.__pydantic_fields_set__, *changes},
            self.__pydantic_private__,
        )

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from self.__dict__.items()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self)})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, BaseModel)
            and type(self) is type(other)
            and self.__dict__ == other.__dict__
            and self.__pydantic_private__ == other.__pydantic_private__
        )

    __hash__ = None  # type: ignore[assignment] # as pydantic's, unless a model is frozen


class RootModel[T](BaseModel):
    def __init__(self, /, root: T) -> None:
        type(self).__pydantic_validator__.validate_python(root, self_instance=self)


def restored[M: BaseModel](
    cls: type[M], values: dict[str, Any], fields_set: set[str], private: dict[str, object] | None = None
) -> M:
    """A model with values that are valid."""
    model = cls.__new__(cls)
    for name, value in {
        "__dict__": values,
        "__pydantic_fields_set__": fields_set,
        "__pydantic_extra__": None,
        "__pydantic_private__": private,
    }.items():
        object.__setattr__(model, name, value)
    return model


class TypeAdapter[T]:
    """pydantic's TypeAdapter for a dataclass of eal."""

    def __init__(self, cls: type[T]) -> None:
        self._cls = cls
        core = core_schema(cls)
        self._validator, self._serializer = SchemaValidator(*core), SchemaSerializer(*core)

    def validate_python(self, value: object, **how: Any) -> T:
        return cast("T", self._validator.validate_python(value, **how))

    def validate_json(self, text: str | bytes, **how: Any) -> T:
        return cast("T", self._validator.validate_json(text, **how))

    def dump_python(self, value: T, **how: Any) -> Any:
        return self._serializer.to_python(value, **how)

    def dump_json(self, value: T, **how: Any) -> bytes:
        return self._serializer.to_json(value, **how)

    def json_schema(self, *, mode: Literal["validation", "serialization"]) -> dict[str, Any]:
        return json_schema(self._cls)


# ---------------------------------------------------------------- functions of pydantic that stored schemas name


@cache
def _web_address() -> SchemaValidator:
    return SchemaValidator({"type": "url", "max_length": 2083, "allowed_schemes": ["http", "https"]})


def HttpUrl(text: str) -> object:
    """Raises: ValidationError."""
    return _web_address().validate_python(text)


def json_type(value: object) -> str:
    """The kind of a JSON value: one of the choices of `JsonValue`, as `pydantic.types._get_type_name` names them."""
    if value is None:
        return "NoneType"
    for kind in (bool, int, float, str, list, dict):
        if isinstance(value, kind):
            return kind.__name__
    return type(value).__name__


def pass_on(value: object, handler: Callable[[object], object]) -> object:
    """Returns the value unchanged: the serialization that a `PlainValidator` adds to its type."""
    return handler(value)
