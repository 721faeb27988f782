"""Build the identity layer: joserfc and cryptography, compiled.

Usage: python3.13 build.py ARTIFACTS_DIR. The layer runs on both architectures of Lambda: the name of an extension
module contains the architecture. That of cryptography's is the same on all, so it is renamed.
"""

from __future__ import annotations

import compileall
import filecmp
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
MACHINES = ("aarch64", "x86_64")
# Tests, type stubs and what only pip reads. Licences remain.
LITTER = (
    "**/*.pyi",
    "**/tests",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/sboms",
    "*.dist-info/top_level.txt",
)
SAME_ON_ALL = "cryptography/hazmat/bindings/_rust.abi3.so"


def download(machine: str, folder: Path) -> None:
    """Download the wheels of requirements.txt for an architecture. pip checks their hashes."""
    platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in (17, 28)]
    subprocess.run(  # noqa: S603
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--only-binary=:all:",
            "--implementation=cp",
            "--python-version=3.13",
            *platforms,
            f"--dest={folder}",
            f"--requirement={HERE / 'requirements.txt'}",
        ],
        check=True,
    )


def unpack(machine: str, target: Path) -> None:
    """Add the packages of an architecture.

    Raises: SystemExit if a file that Python may load differs from that of another architecture.
    """
    with TemporaryDirectory() as scratch:
        download(machine, Path(scratch))
        for wheel in sorted(Path(scratch).glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(Path(scratch) / "content")
        extension = Path(scratch) / "content" / SAME_ON_ALL
        extension.rename(extension.with_name(f"_rust.cpython-313-{machine}-linux-gnu.so"))
        add(Path(scratch) / "content", target)


def add(source: Path, target: Path) -> None:
    for path in sorted(file for file in source.rglob("*") if file.is_file()):
        name = path.relative_to(source)
        there = target / name
        if not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, there)
        elif not name.parts[0].endswith(".dist-info") and not filecmp.cmp(path, there, shallow=False):
            raise SystemExit(f"layers/identity: {name} differs between architectures")


def remove_litter(target: Path) -> None:
    for pattern in LITTER:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def compile_sources(target: Path) -> None:
    """Compile with unchecked hashes, because Lambda's files are read-only and zipping changes their times."""
    done = compileall.compile_dir(
        target,
        quiet=1,
        stripdir=str(target),
        prependdir="/opt/python",
        maxlevels=20,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("layers/identity: a module does not compile")


def main() -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers/identity: needs Python 3.13, the runtime of the functions")
    target = Path(sys.argv[1]).resolve() / "python"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for machine in MACHINES:
        unpack(machine, target)
    remove_litter(target)
    compile_sources(target)


if __name__ == "__main__":
    main()
