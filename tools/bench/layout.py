"""Lambda's file system: /opt/python from the layers, built as `sam build` does, and a task folder for each function.

The files are in .local/bench and are rebuilt when their inputs change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.fixtures.template import functions
from tools.stack.instance import NUMPY_LAYER

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = ROOT / ".local" / "bench"
BUILD = ROOT / "layers" / "build"
DASHBOARD = "dashboard/serve"
_OF_ALL = ("DependenciesLayer", "SharedLayer")
"""The layers of every function but the dashboard's, under Globals of the templates."""
_RUNTIME_CLIENT = ("awslambdaric", "snapshot-restore-py", "simplejson")
_UNCHECKED_HASH = b"\x01\x00\x00\x00"
"""The flags of a .pyc (PEP 552) whose source is never checked."""


class SetupFailed(Exception):
    """The layers, the runtime or the local stack is not ready. The message has the cause."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`tasks` has a folder for each function, `python` has no package of ours.

    `packages` is /opt/python of a function with the layers of all functions, `own` that of those with other layers.
    """

    python: Path
    packages: Path
    own: dict[Path, Path]
    tasks: Path

    def task(self, folder: str) -> Path:
        return self.tasks / folder

    def opt(self, task: Path) -> Path:
        """/opt/python of a task."""
        return self.own.get(task, self.packages)


def lay_out(folders: list[str]) -> Layout:
    """Build what is out of date. `folders` are folders of functions, relative to functions/."""
    shutil.rmtree(SCRATCH / "opt", ignore_errors=True)
    layers = {folder: _layers_of(folder) for folder in folders}
    opt = {names: _opt(names) for names in {_OF_ALL, *layers.values()}}
    tasks = SCRATCH / "tasks"
    shutil.rmtree(tasks, ignore_errors=True)
    for folder in folders:
        shutil.copytree(
            ROOT / "functions" / folder, tasks / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    own = {tasks / folder: opt[names] for folder, names in layers.items()}
    return Layout(_python(), opt[_OF_ALL], own, tasks)


def add_task(layout: Layout, name: str, source: str) -> Path:
    """Add a function of the benchmark from its source code. Returns its folder."""
    folder = layout.task(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(source)
    return folder


def _layers_of(folder: str) -> tuple[str, ...]:
    """The logical ids of a function's layers. The dashboard's function has only its own."""
    properties = next(
        function for function in functions().values() if function["CodeUri"] == f"functions/{folder}"
    )
    named = tuple(layer.get("Ref", NUMPY_LAYER) for layer in properties.get("Layers", ()))
    return named if folder == DASHBOARD else (*_OF_ALL, *(name for name in named if name not in _OF_ALL))


def _opt(layers: tuple[str, ...]) -> Path:
    """/opt/python with these layers, which Lambda extracts over each other."""
    packages = SCRATCH / "opt" / "-".join(layers) / "python"
    for logical_id in layers:
        built = _built(
            "numpy" if logical_id == NUMPY_LAYER else logical_id.removesuffix("Layer").lower(), logical_id
        )
        shutil.copytree(built / "python", packages, dirs_exist_ok=True)
    _check_compiled(packages)
    return packages


def _built(layer: str, logical_id: str) -> Path:
    """Build a layer in a copy of its folder, as `sam build` does. Returns the artifacts' folder."""
    source = ROOT / "layers" / layer
    target, stamp = SCRATCH / "layers" / layer, SCRATCH / "layers" / f"{layer}.sha256"
    digest = _digest(source) + _digest(BUILD)
    if target.exists() and stamp.exists() and stamp.read_text() == digest:
        return target
    copy = SCRATCH / "sources" / layer
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    _run(
        "make",
        "--silent",
        "--makefile",
        str(BUILD / "Makefile"),
        "--directory",
        str(copy),
        f"build-{logical_id}",
        f"ARTIFACTS_DIR={target}",
        f"PYTHON={sys.executable}",
    )
    stamp.write_text(digest)
    return target


def _digest(source: Path) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _python() -> Path:
    """The interpreter of a virtual environment that has Lambda's runtime client only.

    It is not the development environment, whose .pth files double the start time of the interpreter.
    """
    pins = [line for line in _pins() if line.partition("==")[0] in _RUNTIME_CLIENT]
    if len(pins) != len(_RUNTIME_CLIENT):
        raise SetupFailed(f"tools/requirements.txt must pin {', '.join(_RUNTIME_CLIENT)}")
    home, stamp = SCRATCH / "runtime", SCRATCH / "runtime.txt"
    fingerprint = "\n".join([sys.version, *pins])
    python = home / "bin" / "python3.13"
    if not (python.exists() and stamp.exists() and stamp.read_text() == fingerprint):
        shutil.rmtree(home, ignore_errors=True)
        _run(sys.executable, "-m", "venv", "--without-pip", str(home))
        _run(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", *pins)
        stamp.write_text(fingerprint)
    return python


def _pins() -> list[str]:
    return (ROOT / "tools" / "requirements.txt").read_text().splitlines()


def _check_compiled(packages: Path) -> None:
    """Check that every module has a .pyc. Otherwise each cold start compiles it, which triples the import time."""
    missing = []
    for source in packages.rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        if not compiled.exists() or compiled.read_bytes()[4:8] != _UNCHECKED_HASH:
            missing.append(str(source.relative_to(packages)))
    if missing:
        shown = ", ".join(sorted(missing)[:5])
        raise SetupFailed(f"{len(missing)} modules of the layers have no unchecked-hash .pyc: {shown}")


def _run(*command: str) -> None:
    SCRATCH.mkdir(parents=True, exist_ok=True)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupFailed(f"{' '.join(command)}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
