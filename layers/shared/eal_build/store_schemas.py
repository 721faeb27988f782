"""Store the core schemas of eal's models and dataclasses for `eal.core.stored_schema`, a Python module for each class.

Usage: python3.13 -m eal_build.store_schemas FOLDER, which contains `eal` and gets `eal_schemas`. A step of
layers/build; its interpreter must have the packages of layers/dependencies, as `.venv` has.

A core schema is what pydantic makes of a model's annotations, and all that pydantic-core needs. It is a dict of plain
values, of classes, and of functions such as validators, which are stored by name. So a function that has no name in a
module cannot be stored: write a function of the module, or an instance of a class with `__call__`.
"""

import functools
import json
import os
import pkgutil
import re
import shutil
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

NEVER_LOADED = "eal.ai.engines."
"""The dataclasses of the engines exist only within a process."""
JSON_SCHEMAS = {
    "eal.ai.tasks.": "validation",  # of the answers: a model service gets them with its question
    "eal.domain.claims.sign_offs.bundle.Bundle": "serialization",  # a file of each bundle
}
"""The classes whose JSON Schema a function uses, by the beginnings of their names."""
_IDENTITY = re.compile(r":\d{6,}")
"""pydantic makes the names of definitions unique with addresses, which differ from build to build."""


class CannotBeStored(Exception):
    pass


# ---------------------------------------------------------------- which classes


def classes(package: types.ModuleType) -> dict[type, tuple[Any, Any]]:
    """Each model, and each dataclass that pydantic can make a schema of, with its core schema and configuration."""
    from pydantic import BaseModel, PydanticUserError, TypeAdapter
    from pydantic.errors import PydanticSchemaGenerationError

    modules = [
        import_module(found.name) for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    stored: dict[type, tuple[Any, Any]] = {}
    for model in sorted(_subclasses(BaseModel), key=_name):
        if model.__module__.startswith(f"{package.__name__}.") and not _is_generic(model):
            model.model_rebuild()
            stored[model] = _core(model.__pydantic_validator__)
    for module in modules:
        for cls in vars(module).values():
            if not (isinstance(cls, type) and is_dataclass(cls) and cls.__module__ == module.__name__):
                continue
            if cls.__module__.startswith(NEVER_LOADED):
                continue
            try:
                adapter = TypeAdapter(cls)
                adapter.rebuild(raise_errors=True)
            except (NameError, PydanticUserError, PydanticSchemaGenerationError):
                continue  # a type that pydantic does not know, or that only type checkers import: never loaded
            stored[cls] = _core(adapter.validator)
    return stored


def _core(validator: Any) -> tuple[Any, Any]:
    """The schema and the configuration of pydantic's validator, as pydantic-core gives them to pickle."""
    schema, config, *_ = validator.__reduce__()[1]
    return schema, config


def _subclasses(cls: type) -> set[Any]:
    found: set[Any] = set(cls.__subclasses__())
    return found.union(*map(_subclasses, found))


def _is_generic(model: Any) -> bool:
    """Whether it is a type with parameters, or one with arguments, of which only the subclasses are used."""
    of = model.__pydantic_generic_metadata__
    return bool(of["parameters"] or of["args"])


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


# ---------------------------------------------------------------- as text


class Text:
    """A value as a Python expression, and the modules that it needs."""

    def __init__(self) -> None:
        self.modules: dict[str, str] = {}
        self._definitions: dict[str, str] = {}

    def of(self, value: Any) -> str:
        """Raises: CannotBeStored, with the path in the schema."""
        match value:
            case None | bool() | int() | float() | str() if not isinstance(value, Enum):
                return repr(value)
            case dict():
                return f"{{{', '.join(self._members(value))}}}"
            case list():
                return f"[{', '.join(self._at(f'[{n}]', element) for n, element in enumerate(value))}]"
            case tuple():
                return f"({''.join(f'{self.of(element)}, ' for element in value)})"
            case set() | frozenset():
                return f"{type(value).__name__}([{', '.join(sorted(map(self.of, value)))}])"
            case functools.partial():
                arguments = f"*{self.of(value.args)}, **{self.of(value.keywords)}"
                return f"{self._reference(functools.partial)}({self.of(value.func)}, {arguments})"
            case Enum():
                return f"{self._reference(type(value))}.{value.name}"
            case _ if is_dataclass(value) and not isinstance(value, type):
                values = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
                return f"{self._reference(type(value))}(**{self.of(values)})"
            case _ if hasattr(type(value), "model_fields"):
                restored = self._reference(_stand_ins().restored)
                model = self._reference(type(value))
                return f"{restored}({model}, {self.of(value.__dict__)}, {self.of(value.model_fields_set)})"
            case _:
                return self._reference(value)

    def _members(self, value: Mapping[Any, Any]) -> Iterator[str]:
        is_schema = isinstance(value.get("type"), str)
        for name, member in value.items():
            if name == "metadata" and is_schema:
                continue  # for JSON Schemas
            if name in ("ref", "schema_ref") and isinstance(member, str):
                member = _IDENTITY.sub(self._definition, member)
            yield f"{self.of(name)}: {self._at(str(name), member)}"

    def _definition(self, identity: re.Match[str]) -> str:
        return self._definitions.setdefault(identity[0], f":{len(self._definitions)}")

    def _at(self, step: str, value: Any) -> str:
        try:
            return self.of(value)
        except CannotBeStored as fault:
            raise CannotBeStored(f"{step}{'' if str(fault).startswith(':') else '.'}{fault}") from None

    def _reference(self, value: Any) -> str:
        if isinstance(value, types.MethodType):
            return f"{self._reference(value.__self__)}.{value.__name__}"
        value = _stand_in(value)
        module, name = getattr(value, "__module__", None) or "builtins", getattr(value, "__qualname__", "")
        if module.partition(".")[0] in ("pydantic", "app") or _resolved(module, name) != value:
            raise CannotBeStored(f": {value!r} has no name in a module of eal")
        return f"{self.modules.setdefault(module, f'm{len(self.modules)}')}.{name}"


def _resolved(module: str, name: str) -> Any:
    try:
        return functools.reduce(getattr, name.split("."), import_module(module)) if name else None
    except AttributeError:
        return None


def _stand_ins() -> types.ModuleType:
    return import_module("eal.core.stored_schema")


def _stand_in(value: Any) -> Any:
    """pydantic's own functions that schemas name, in `eal.core.stored_schema`."""
    from pydantic import types as pydantic_types

    if value is pydantic_types._get_type_name:
        return _stand_ins().json_type
    if getattr(value, "__qualname__", "") == "PlainValidator.__get_pydantic_core_schema__.<locals>.<lambda>":
        return _stand_ins().pass_on
    return value


def module_text(cls: type, core: tuple[Any, Any]) -> str:
    """The module with the schema of a class."""
    text = Text()
    expression = text.of(core)
    imports = "".join(f"    import {module} as {alias}\n" for module, alias in text.modules.items())
    result = f'"""{_name(cls)}"""\n\n\ndef core_schema():\n{imports}    return {expression}\n'
    for beginning, mode in JSON_SCHEMAS.items():
        if _name(cls).startswith(beginning):
            result += f"\n\ndef json_schema():\n    return {_json_schema(cls, mode)!r}\n"
    return result


def _json_schema(cls: type, mode: Any) -> dict[str, Any]:
    from pydantic import TypeAdapter

    # Plain dicts, whose repr is their source.
    schema: dict[str, Any] = json.loads(json.dumps(TypeAdapter(cls).json_schema(mode=mode)))
    return schema


# ---------------------------------------------------------------- as files


def store(target: Path, module_name: Callable[[type], str], package: types.ModuleType) -> int:
    """Raises: SystemExit with all classes that cannot be stored, and why."""
    from pydantic_core import __version__

    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "__init__.py").write_text(
        f'"""Made by layers/shared/eal_build/store_schemas.py."""\n\nPYDANTIC_CORE = "{__version__}"\n'
    )
    faults = []
    found = classes(package)
    for cls, core in found.items():
        try:
            text = module_text(cls, core)
        except CannotBeStored as fault:
            faults.append(f"{_name(cls)}: {fault}")
            continue
        path = target / f"{module_name(cls)}.py"
        if path.exists():
            faults.append(f"{_name(cls)}: another class has the same module name")
        path.write_text(text)
    if faults:
        raise SystemExit("\n".join(["layers/shared: these schemas cannot be stored", *faults]))
    return len(found)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(folder))
    os.environ["EAL_SCHEMAS"] = "pydantic"  # of eal.core.schema
    try:
        import_module("pydantic")
    except ModuleNotFoundError:
        raise SystemExit(
            "layers/shared: this python3.13 lacks pydantic. Put .venv/bin first on PATH, as make does."
        ) from None
    package = import_module("eal")
    module_name = import_module("eal.core.stored_schema").module_name
    store(folder / "eal_schemas", module_name, package)


if __name__ == "__main__":
    main()
