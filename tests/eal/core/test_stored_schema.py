"""The built layer's models give the same verdicts and dumps as pydantic's."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, TypeAdapter

import eal
from eal.core.stored_schema import NotStored, json_type, module_name
from eal.core.wire import Wire
from eal_build import store_schemas
from tests.support.core_schemas import ANYTHING, inputs
from tests.support.verdicts import verdict
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@cache
def classes() -> dict[type, tuple[Any, Any]]:
    """All that the build stores, with pydantic's schemas."""
    return store_schemas.classes(eal)


class Stored:
    """A process with the stored schemas."""

    def __init__(self, folder: Path) -> None:
        store_schemas.store(folder / "eal_schemas", module_name, eal)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own text
            [sys.executable, "-m", "tests.support.verdicts", str(folder)],
            cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'shared'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def verdict(self, cls: type, value: Any, *, strict: bool) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(
            json.dumps([cls.__module__, cls.__qualname__, value, strict]),
            file=self._process.stdin,
            flush=True,
        )
        return json.loads(self._process.stdout.readline())

    def end(self) -> str:
        return self._process.communicate()[0].strip()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    process = Stored(tmp_path_factory.mktemp("layer"))
    yield process
    assert process.end() == "False", "the process with the stored schemas has imported pydantic"


@settings(max_examples=500)
@given(data=st.data())
def test_verdicts_and_dumps_are_those_of_pydantic(stored: Stored, data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from(list(classes())))
    value = json.loads(json.dumps(data.draw(inputs(classes()[cls][0]))))
    strict = data.draw(st.booleans())

    expected = json.loads(json.dumps(verdict(cls.__module__, cls.__qualname__, value, strict=strict)))

    assert stored.verdict(cls, value, strict=strict) == expected


@given(ANYTHING)
def test_the_kinds_of_json_are_those_of_pydantic(value: Any) -> None:
    from pydantic.types import _get_type_name

    assert json_type(value) == _get_type_name(value)


def test_a_schema_that_cannot_be_stored_is_named_with_its_place() -> None:
    def local(value: str) -> str:
        return value

    adapter = TypeAdapter(list[Annotated[str, AfterValidator(local)]])

    with pytest.raises(
        store_schemas.CannotBeStored, match=r"items_schema\.function\.function: .*local.* has no name"
    ):
        store_schemas.module_text(Wire, (adapter.core_schema, None))


def test_the_build_fails_with_every_class_that_cannot_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        store_schemas, "classes", lambda _package: {Wire: ({"type": object()}, None), dict: ({"x": []}, None)}
    )

    with pytest.raises(SystemExit, match=r"cannot be stored\neal\.core\.wire\.Wire: .*type"):
        store_schemas.store(tmp_path / "eal_schemas", module_name, eal)


def test_two_builds_are_the_same_byte_by_byte() -> None:
    first, second = (
        {cls: store_schemas.module_text(cls, core) for cls, core in store_schemas.classes(eal).items()}
        for _ in range(2)
    )

    assert first == second


def test_a_class_without_a_stored_schema_is_named() -> None:
    from eal.core import stored_schema

    class Body(stored_schema.BaseModel):
        name: str

    with pytest.raises(NotStored, match="Body"):
        Body.model_validate({"name": "x"})
