"""Build a layer: its wheels and its own files, without what no function uses, and compiled.

Usage: python3.13 -m layers.build ARTIFACTS_DIR [MACHINE], in the folder of the layer or in a copy of it. The folder has
layer.toml, the table of the build (`Layer`), and requirements.txt if the layer contains packages. Builds of the same
inputs are identical byte by byte, so that an unchanged layer is not deployed again; `make reproducible` compares two of
each. The layer contains its NOTICE and its SBOM.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from py_compile import PycInvalidationMode

from layers.build import sbom, wheels

ROOT = Path(__file__).resolve().parents[2]
ZIP_EPOCH = 315_532_800
"""Modification time of every file of a layer, 1980-01-01T00:00:00Z: the first that a ZIP archive can have."""
UNUSED = (
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/entry_points.txt",
    "*.dist-info/sboms",
    "*.dist-info/top_level.txt",
    "*.dist-info/zip-safe",
    "*.data",
    "**/*.pyi",
    "**/tests",
)
"""Files of wheels that only installers, type checkers and developers read. METADATA remains, because pydantic reads the
version of email-validator in it, and so do licences.
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """The table in layer.toml. Every key but the name is optional."""

    name: str
    """The name of the layer's folder. A build runs in a copy of the folder, which has another name."""
    machines: list[str] = field(default_factory=lambda: list(wheels.MACHINES))
    """Architectures whose wheels the layer contains."""
    strip: list[str] = field(default_factory=list)
    """Patterns of further files and folders of wheels that no function uses."""
    take: dict[str, str] = field(default_factory=dict)
    """Files and folders that the layer takes from its own folder, to their names in the layer."""
    steps: list[str] = field(default_factory=list)
    """Modules that run, in this order, before the layer is compiled. Each gets the folder of the built packages as its
    argument, and imports from there first, then from the folder of the layer.
    """
    components: list[sbom.Named] = field(default_factory=list)
    """Parts of others besides wheels that the layer contains, for its SBOM."""


def build(folder: Path, target: Path, machine: str | None) -> None:
    """Build the layer in `folder`, for one architecture or for those in its table. `target` becomes /opt/python."""
    layer = Layer(**tomllib.loads((folder / "layer.toml").read_text()))
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    requirements = folder / "requirements.txt"
    if requirements.exists():
        for architecture in [machine] if machine else layer.machines:
            wheels.add(requirements, architecture, target)
    for pattern in (*UNUSED, *layer.strip):
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    for source, name in layer.take.items():
        _copy(folder / source, target / name)
    for step in layer.steps:
        _run(step, folder, target)
    if (folder / "NOTICE").exists():
        _copy(folder / "NOTICE", target / f"NOTICE-{layer.name}")
    _write_sbom(folder, layer.name, target / "sboms")
    _compile(target)
    # A ZIP archive contains the times, so that two builds would differ in nothing else.
    for path in (target, *target.rglob("*")):
        os.utime(path, (ZIP_EPOCH, ZIP_EPOCH))


def _write_sbom(folder: Path, name: str, target: Path) -> None:
    target.mkdir()
    (target / f"{name}.cdx.json").write_text(json.dumps(sbom.document(folder, name), indent=1))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.part"))
    else:
        shutil.copy(source, target)


def _run(step: str, folder: Path, target: Path) -> None:
    """Raises: SystemExit if the step fails, which has then printed why."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (target, folder, ROOT)))}
    command = [sys.executable, "-P", "-B", "-m", step, str(target)]
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - a module of ours
    if done.returncode:
        raise SystemExit(f"layers: {step} failed")


def _compile(target: Path) -> None:
    """Compile the modules, because Lambda's file system is read-only and every cold start would compile them again.

    The .pyc files have unchecked hashes, because zipping changes the modification times that Python otherwise compares.
    """
    done = compileall.compile_dir(
        target,
        quiet=1,
        stripdir=str(target),
        prependdir="/opt/python",
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("layers: a module does not compile")


def main(artifacts: str, machine: str | None = None) -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers: the build needs Python 3.13, the runtime of the functions")
    build(Path.cwd(), Path(artifacts).resolve() / "python", machine)


if __name__ == "__main__":
    main(*sys.argv[1:])
