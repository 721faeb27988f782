"""Build the reports layer: ReportLab and the fonts of the reports, without the parts that no function uses, compiled.

Usage: python3.13 build.py ARTIFACTS_DIR. All of it is pure Python, the same on both architectures of Lambda. Its
fonts are the files of DejaVu 2.37, which have Latin, Greek and Cyrillic.
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
# Fonts, charts and barcodes that the report does not use. Licences remain.
LITTER = (
    "reportlab/fonts",
    "reportlab/graphics/barcode",
    "reportlab/graphics/charts",
    "reportlab/graphics/samples",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/top_level.txt",
)


def download(folder: Path) -> Path:
    """Download the wheel of requirements.txt. pip checks its hash."""
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
            f"--dest={folder}",
            f"--requirement={HERE / 'requirements.txt'}",
        ],
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def remove_litter(target: Path) -> None:
    for pattern in LITTER:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


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
        raise SystemExit("layers/reports: a module does not compile")


def main() -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers/reports: needs Python 3.13, the runtime of the functions")
    target = Path(sys.argv[1]).resolve() / "python"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with TemporaryDirectory() as scratch, zipfile.ZipFile(download(Path(scratch))) as wheel:
        wheel.extractall(target)
    shutil.copytree(
        HERE / "eal_reports", target / "eal_reports", ignore=shutil.ignore_patterns("__pycache__")
    )
    remove_litter(target)
    shutil.copy(HERE / "NOTICE", target / "NOTICE-reports")
    compile_sources(target)


if __name__ == "__main__":
    main()
