"""The wheels of a layer, for one or both architectures of Lambda.

A layer with the extension modules of both architectures runs on both, because the file name of an extension module
contains its platform (`_pydantic_core.cpython-313-aarch64-linux-gnu.so`), and Python imports the matching file. The
second files of layers/dependencies cost 7.0 MB, 2.7 MB zipped.
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

MACHINES = ("aarch64", "x86_64")
GLIBC_2 = range(17, 35)
"""Minor versions of glibc that wheels may require. Lambda's python3.13 runs on Amazon Linux 2023, which has 2.34."""


def download_command(requirements: Path, machine: str, folder: Path) -> list[str]:
    """The command that downloads the wheels of a requirements file for an architecture. pip checks the hashes that the
    file has, and if one requirement has any, pip rejects those without.
    """
    platforms = (f"manylinux2014_{machine}", *(f"manylinux_2_{minor}_{machine}" for minor in GLIBC_2))
    return [
        *(sys.executable, "-m", "pip", "download", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--implementation=cp", "--python-version=3.13"),
        *(f"--platform={platform}" for platform in platforms),
        f"--dest={folder}",
        f"--requirement={requirements}",
    ]


def add(requirements: Path, machine: str, target: Path) -> None:
    """Add the content of the wheels for an architecture to a folder. Raises: as `merge`."""
    with TemporaryDirectory() as scratch:
        folder, content = Path(scratch, "wheels"), Path(scratch, "content")
        subprocess.run([*download_command(requirements, machine, folder), "--quiet"], check=True)  # noqa: S603
        for path in sorted(folder.glob("*.whl")):
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(content)
        # An extension module for the stable ABI has no platform in its name. CPython loads it by the other name too.
        for path in list(content.rglob("*.abi3.so")):
            path.rename(path.with_name(path.name.replace(".abi3.so", f".cpython-313-{machine}-linux-gnu.so")))
        merge(content, target)


def merge(source: Path, target: Path) -> None:
    """Add the files that only `source` has.

    Raises: SystemExit if a file that Python may load differs between the two, because one layer cannot contain both.
    """
    for path in sorted(found for found in source.rglob("*") if found.is_file()):
        name = path.relative_to(source)
        existing = target / name
        if not existing.exists():
            existing.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, existing)
        elif not name.parts[0].endswith(".dist-info") and not filecmp.cmp(path, existing, shallow=False):
            raise SystemExit(f"layers: {name} differs between architectures")
