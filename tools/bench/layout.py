"""What Lambda would have on its disk: /opt/python from both layers as `sam build` makes them, a task folder a function.

All of it lies under .local/bench and is made again when its inputs change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = ROOT / ".local" / "bench"
_RUNTIME_CLIENT = ("awslambdaric", "snapshot-restore-py", "simplejson")
_UNCHECKED_HASH = b"\x01\x00\x00\x00"
"""A .pyc's flags (PEP 552): its source is never looked at."""


class Unbuilt(Exception):
    """What could not be laid out, and why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`packages` is /opt/python, `tasks` has a folder for each function, `python` runs without our own packages."""

    python: Path
    packages: Path
    tasks: Path

    def task(self, folder: str) -> Path:
        return self.tasks / folder


def lay_out(folders: list[str]) -> Layout:
    """Build what is not built yet. `folders` are functions' folders below functions/."""
    dependencies = _built("dependencies", "DependenciesLayer")
    shared = _built("shared", "SharedLayer")
    packages = SCRATCH / "opt" / "python"
    shutil.rmtree(packages.parent, ignore_errors=True)
    for layer in (dependencies, shared):
        # Lambda extracts a function's layers over each other.
        shutil.copytree(layer / "python", packages, dirs_exist_ok=True)
    _check_compiled(packages)
    tasks = SCRATCH / "tasks"
    shutil.rmtree(tasks, ignore_errors=True)
    for folder in folders:
        shutil.copytree(
            ROOT / "functions" / folder, tasks / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    return Layout(_python(), packages, tasks)


def add_task(layout: Layout, name: str, source: str) -> Path:
    """A function of the benchmark's own, from its source text."""
    folder = layout.task(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(source)
    return folder


def _built(layer: str, logical_id: str) -> Path:
    """The layer's artifacts, by its own Makefile in a scratch copy of its folder, as `sam build` does."""
    source = ROOT / "layers" / layer
    target, stamp = SCRATCH / "layers" / layer, SCRATCH / "layers" / f"{layer}.sha256"
    wanted = _digest(source)
    if target.exists() and stamp.exists() and stamp.read_text() == wanted:
        return target
    copy = SCRATCH / "sources" / layer
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    _run(
        "make",
        "--silent",
        "--directory",
        str(copy),
        f"build-{logical_id}",
        f"ARTIFACTS_DIR={target}",
        f"PYTHON={sys.executable}",
    )
    stamp.write_text(wanted)
    return target


def _digest(source: Path) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _python() -> Path:
    """A virtual environment with Lambda's runtime client and nothing else, made by the interpreter that runs this.

    Not the development environment: its .pth files alone double an interpreter's start.
    """
    pins = [line for line in _pins() if line.partition("==")[0] in _RUNTIME_CLIENT]
    if len(pins) != len(_RUNTIME_CLIENT):
        raise Unbuilt(f"tools/requirements.txt must pin {', '.join(_RUNTIME_CLIENT)}")
    home, stamp = SCRATCH / "runtime", SCRATCH / "runtime.txt"
    wanted = "\n".join([sys.version, *pins])
    python = home / "bin" / "python3.13"
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        shutil.rmtree(home, ignore_errors=True)
        _run(sys.executable, "-m", "venv", "--without-pip", str(home))
        _run(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", *pins)
        stamp.write_text(wanted)
    return python


def _pins() -> list[str]:
    return (ROOT / "tools" / "requirements.txt").read_text().splitlines()


def _check_compiled(packages: Path) -> None:
    """Without its .pyc a module is compiled at each cold start: three times the import's cost."""
    missing = []
    for source in packages.rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        if not compiled.exists() or compiled.read_bytes()[4:8] != _UNCHECKED_HASH:
            missing.append(str(source.relative_to(packages)))
    if missing:
        shown = ", ".join(sorted(missing)[:5])
        raise Unbuilt(f"{len(missing)} modules of the layers have no unchecked-hash .pyc: {shown}")


def _run(*command: str) -> None:
    SCRATCH.mkdir(parents=True, exist_ok=True)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unbuilt(f"{' '.join(command)}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
