"""Build the images layer: Pillow and pillow-heif, without the parts that no function uses, and compiled.

Usage: python3.13 build.py ARTIFACTS_DIR. The layer runs on both architectures of Lambda: the names of extension modules
contain the architecture, those of their libraries a hash, and everything else is equal.
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
# Parts that no function imports, with the libraries that only they link. What decodes other formats than JPEG, PNG and
# HEIC must not decode a stranger's file by mistake. Licences remain.
LITTER = (
    "**/*.pyi",
    "PIL/_avif.*",
    "PIL/_webp.*",
    "PIL/_imagingft.*",
    "PIL/_imagingmath.*",
    "PIL/_imagingmorph.*",
    "PIL/_imagingtk.*",
    "pillow.libs/libavif-*",
    "pillow.libs/libbrotli*",
    "pillow.libs/libfreetype-*",
    "pillow.libs/libharfbuzz-*",
    "pillow.libs/libpng16-*",
    "pillow.libs/libsharpyuv-*",
    "pillow.libs/libwebp*",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/sboms",
    "*.dist-info/top_level.txt",
    "*.dist-info/zip-safe",
)


def download(machine: str, folder: Path) -> None:
    """Download the wheels of requirements.txt for an architecture. pip checks their hashes."""
    platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in (26, 27, 28)]
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
        add(Path(scratch) / "content", target)


def add(source: Path, target: Path) -> None:
    for path in sorted(file for file in source.rglob("*") if file.is_file()):
        name = path.relative_to(source)
        there = target / name
        if not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, there)
        elif not name.parts[0].endswith(".dist-info") and not filecmp.cmp(path, there, shallow=False):
            raise SystemExit(f"layers/images: {name} differs between architectures")


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
        raise SystemExit("layers/images: a module does not compile")


def main() -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers/images: needs Python 3.13, the runtime of the functions")
    target = Path(sys.argv[1]).resolve() / "python"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for machine in MACHINES:
        unpack(machine, target)
    remove_litter(target)
    shutil.copy(HERE / "NOTICE", target / "NOTICE-images")
    compile_sources(target)


if __name__ == "__main__":
    main()
