"""Build a NumPy layer, without the parts that no function uses, and compiled.

Usage: python3.13 build.py aarch64|x86_64 ARTIFACTS_DIR. The other layers run on both of Lambda's architectures. NumPy
for both has 82 MiB, which do not fit beside the large encoder into the 250 MiB of a function with its layers.
"""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
# Parts that no function imports. Licences remain. NumPy itself imports random, fft and so on only if they are used.
LITTER = (
    "bin",
    "**/tests",
    "**/*.pyi",
    "**/*.a",
    "numpy/f2py",
    "numpy/doc",
    "numpy/distutils",
    "numpy/fft",
    "numpy/ma",
    "numpy/polynomial",
    "numpy/random",
    "numpy/testing",
    "numpy/typing",
    "numpy/ctypeslib",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/_core/*_tests.*.so",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/entry_points.txt",
)


def download(machine: str, folder: Path) -> Path:
    """Download the wheel of requirements.txt for an architecture. pip checks its hash."""
    platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in (17, 27, 28)]
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
    return next(folder.glob("*.whl"))


def main(machine: str, artifacts: Path) -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers/numpy: needs Python 3.13, the runtime of the functions")
    target = artifacts.resolve() / "python"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with TemporaryDirectory() as scratch, zipfile.ZipFile(download(machine, Path(scratch))) as wheel:
        wheel.extractall(target)
    for pattern in LITTER:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    # With unchecked hashes, because Lambda's files are read-only and zipping changes their times.
    done = compileall.compile_dir(
        target,
        quiet=1,
        stripdir=str(target),
        prependdir="/opt/python",
        maxlevels=20,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("layers/numpy: a module does not compile")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
