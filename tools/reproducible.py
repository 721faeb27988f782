"""Build each layer twice, and compare the builds: python -m tools.reproducible [LAYER …]. `make reproducible` runs it.

Ends with status 1 if a file of the two builds differs in its name, content or time. The second build has another hash
seed, folder and umask, on which a build must not depend.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from layers.build.wheels import MACHINES
from tools.fixtures.template import ROOT


def build(layer: Path, target: Path, machine: str, seed: int) -> None:
    """Build a copy of the layer's folder in a process of its own, as `sam build` does. `target` gets the artifacts."""
    copy = target.with_name(f"{target.name}-source")
    shutil.copytree(layer, copy, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-P", "-B", "-m", "layers.build", str(target), *([machine] if machine else [])]
    subprocess.run(command, cwd=copy, env=environment, check=True, umask=0o022 if seed % 2 else 0o027)


def differences(first: Path, second: Path) -> list[str]:
    """The files that differ between two builds, with the reason."""
    ours, theirs = _files(first), _files(second)
    found = [f"{name}: only in one build" for name in sorted(ours.keys() ^ theirs.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        one, other = ours[name], theirs[name]
        if one.stat().st_mtime_ns != other.stat().st_mtime_ns:
            found.append(f"{name}: another time")
        if one.is_file() and one.read_bytes() != other.read_bytes():
            found.append(f"{name}: another content")
    return found


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}


def main(names: list[str]) -> int:
    failed = False
    for layer in sorted(table.parent for table in ROOT.glob("layers/*/layer.toml")):
        if names and layer.name not in names:
            continue
        for machine in MACHINES if layer.name == "numpy" else ("",):
            with TemporaryDirectory() as scratch:
                first, second = Path(scratch, "first"), Path(scratch, "second")
                build(layer, first, machine, seed=1)
                build(layer, second, machine, seed=2)
                found = differences(first / "python", second / "python")
                if not _files(first / "python"):
                    raise SystemExit(f"{layer.name}: the build is empty")
            print(f"{layer.name} {machine}".strip(), f"{len(found)} differences" if found else "identical")
            print("".join(f"  {difference}\n" for difference in found), end="")
            failed |= bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
