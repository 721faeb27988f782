"""The built layer has the bytecode of all methods of dataclasses, and does without what another Python has stored."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from eal.core.stored_dataclasses import FOLDER
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SHARED = ROOT / "layers" / "shared"
IMPORT_ALL = """
import dataclasses, json, pkgutil, sys
from importlib import import_module

compiled = []
def watch(event, arguments):
    if event == "compile" and "def __create_fn__" in str(arguments[0])[:20]:
        frame = sys._getframe(1)
        while frame.f_globals["__name__"] in ("dataclasses", "eal.core.stored_dataclasses"):
            frame = frame.f_back
        compiled.append(frame.f_globals["__name__"])
sys.addaudithook(watch)

for module in pkgutil.walk_packages(import_module("eal").__path__, "eal."):
    import_module(module.name)
print(json.dumps([name for name in compiled if name.startswith("eal.")]))
"""
"""Prints the modules of eal whose dataclasses were compiled."""
USE = """
import inspect
from dataclasses import FrozenInstanceError, fields, replace
from eal.core.events.envelope import Event

values = {"created_at": None, "tenant_id": "org_1", "mode": "live", "sequence": 1, "data": {"id": "lead_1"}}
event = Event(id="evt_1", type="lead.created", **values)
assert event == replace(event) and event != replace(event, sequence=2)
assert repr(event).startswith("Event(id='evt_1', type='lead.created', ")
assert [field.name for field in fields(event)][:2] == ["id", "type"]
try:
    event.id = "evt_2"
except FrozenInstanceError:
    made = Event.__init__
    print(made.__qualname__, [*inspect.signature(made).parameters], made.__annotations__["id"], Event.__match_args__)
"""


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `eal` and what the build stores of its dataclasses."""
    folder = tmp_path_factory.mktemp("layer")
    shutil.copytree(SHARED / "eal", folder / "eal", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-B", "-m", "eal_build.store_dataclasses", str(folder)]
    subprocess.run(command, env={"PYTHONPATH": str(SHARED)}, check=True)  # noqa: S603
    return folder


def _run(program: str, folder: Path) -> str:
    return subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-B", "-c", program],
        env={"PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout.strip()


def test_no_dataclass_of_eal_is_compiled(layer: Path) -> None:
    assert json.loads(_run(IMPORT_ALL, layer)) == []


def test_the_sources_compile_theirs() -> None:
    assert not (SHARED / FOLDER).exists()
    assert "eal.core.events.envelope" in json.loads(_run(IMPORT_ALL, SHARED))


def test_a_class_is_the_same_as_in_the_sources(layer: Path) -> None:
    expected = _run(USE, SHARED)

    assert expected.startswith("Event.__init__ ['self', 'id', 'type', ")
    assert "<class 'str'>" in expected
    assert _run(USE, layer) == expected


def test_bytecode_of_another_python_is_not_used(layer: Path, tmp_path: Path) -> None:
    folder = tmp_path / "layer"
    shutil.copytree(layer, folder)
    stored = folder / FOLDER / "eal.core.events.envelope"
    stored.write_bytes(b"\0\0\r\n" + stored.read_bytes()[4:])

    assert json.loads(_run(IMPORT_ALL, folder)) == ["eal.core.events.envelope"]
    assert _run(USE, folder) == _run(USE, SHARED)


def test_a_class_that_has_changed_is_compiled(layer: Path, tmp_path: Path) -> None:
    folder = tmp_path / "layer"
    shutil.copytree(layer, folder)
    module = folder / "eal" / "core" / "events" / "envelope.py"
    module.write_text(module.read_text().replace("    sequence: int\n", "    sequence: int = 1\n"))

    assert json.loads(_run(IMPORT_ALL, folder)) == ["eal.core.events.envelope"]
