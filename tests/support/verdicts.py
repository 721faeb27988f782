"""Verdict of a model or a dataclass about an input. As a program, it answers for the stored schemas in FOLDER: a line
of JSON for each line of input, with the class's module and name, the input, and whether it is strict."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib import import_module
from typing import Any


@cache
def _class(module: str, name: str) -> Any:
    found = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


@cache
def _adapter(cls: type) -> Any:
    from eal.core.schema import TypeAdapter

    return TypeAdapter(cls)


def verdict(module: str, name: str, value: Any, *, strict: bool) -> dict[str, Any]:
    """The errors, or the dumps."""
    from eal.core.schema import BaseModel, ValidationError

    cls = _class(module, name)
    try:
        if issubclass(cls, BaseModel):
            made = cls.model_validate(value, strict=strict)
            dumps = [made.model_dump(mode="json"), made.model_dump_json(by_alias=True, exclude_none=True)]
            return {"dumps": [*dumps, sorted(made.model_fields_set), repr(dict(made))]}
        made = _adapter(cls).validate_python(value, strict=strict)
        return {"dumps": [_adapter(cls).dump_python(made, mode="json", exclude_none=True), repr(made)]}
    except ValidationError as invalid:
        return {"errors": invalid.errors(include_url=False, include_context=False, include_input=False)}
    except Exception as failure:  # noqa: BLE001 - both must fail alike
        return {"failure": repr(failure)}


def _serve(folder: str) -> None:
    sys.path.insert(0, folder)
    for line in sys.stdin:
        module, name, value, strict = json.loads(line)
        print(json.dumps(verdict(module, name, value, strict=strict)), flush=True)
    print("pydantic" in sys.modules)


if __name__ == "__main__":
    _serve(sys.argv[1])
