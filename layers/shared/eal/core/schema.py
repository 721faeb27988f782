"""The door to pydantic: no other module imports it (tests/structure/checks/imports.py).

The sources, their tests and tools run with pydantic itself. In the built layer, `eal.core.stored_schema` stands behind
this door: the layer's build has worked out the core schema of every model, so a function imports pydantic-core only,
the validator that pydantic gives its schemas to, and starts in half the time (docs/decisions/0065).

`EAL_SCHEMAS=pydantic` in the functions' environment goes back to pydantic, without another build.
"""

import os
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError, ValidationError


def _are_stored() -> bool:
    """Raises: ImportError if the layers do not belong together, because pydantic-core changes what schemas mean."""
    if os.environ.get("EAL_SCHEMAS") == "pydantic":
        return False
    try:
        import eal_schemas  # type: ignore[import-not-found] # only in the built layer
    except ModuleNotFoundError:
        return False
    from pydantic_core import __version__

    if __version__ != eal_schemas.PYDANTIC_CORE:
        raise ImportError(
            f"the schemas are stored for pydantic-core {eal_schemas.PYDANTIC_CORE}, and this is {__version__}: "
            "build SharedLayer and DependenciesLayer from the same sources"
        )
    return True


if TYPE_CHECKING or not _are_stored():
    from pydantic import (
        AfterValidator,
        AliasPath,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        HttpUrl,
        JsonValue,
        PlainSerializer,
        PlainValidator,
        PrivateAttr,
        RootModel,
        TypeAdapter,
        WithJsonSchema,
        field_validator,
        model_validator,
    )
else:
    from eal.core.stored_schema import (
        AfterValidator,
        AliasPath,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        HttpUrl,
        JsonValue,
        PlainSerializer,
        PlainValidator,
        PrivateAttr,
        RootModel,
        TypeAdapter,
        WithJsonSchema,
        field_validator,
        model_validator,
    )

__all__ = [
    "AfterValidator",
    "AliasPath",
    "BaseModel",
    "BeforeValidator",
    "ConfigDict",
    "Field",
    "HttpUrl",
    "JsonValue",
    "PlainSerializer",
    "PlainValidator",
    "PrivateAttr",
    "PydanticCustomError",
    "RootModel",
    "TypeAdapter",
    "ValidationError",
    "WithJsonSchema",
    "field_validator",
    "model_validator",
]
