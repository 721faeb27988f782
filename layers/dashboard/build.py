"""Build the dashboard layer: the pages with their templates and static files, and the packages that they import.

Usage: python3.13 build.py ARTIFACTS_DIR. All of it is pure Python, the same on both architectures of Lambda. The layer
contains neither botocore nor `eal`: the function that faces browsers has no use for them.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
# MarkupSafe's wheels have an extension module, with a fallback in Python.
WHEELS_OF = ("--platform", "manylinux2014_x86_64", "--implementation", "cp", "--python-version", "3.13")
# Not used at run time. Licences remain.
LITTER = (
    "markdown_it/cli",
    "markupsafe/_speedups*",
    "urllib3/contrib/emscripten",
    "starlette/testclient.py",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/top_level.txt",
)


def download(folder: Path) -> list[Path]:
    """Download the wheels of requirements.txt. pip checks their hashes."""
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
            *WHEELS_OF,
            f"--dest={folder}",
            f"--requirement={HERE / 'requirements.txt'}",
        ],
        check=True,
    )
    return sorted(folder.glob("*.whl"))


def remove_litter(target: Path) -> None:
    for pattern in LITTER:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def compile_templates(target: Path) -> None:
    """Compile the templates to Python, which takes longer than everything else that a first page needs."""
    code = "import sys; from eal_dashboard.views import compile_templates; compile_templates(sys.argv[1])"
    subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(target / "eal_dashboard" / "compiled")],
        env={**os.environ, "PYTHONPATH": str(target), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )


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
        raise SystemExit("layers/dashboard: a module does not compile")


def main() -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers/dashboard: needs Python 3.13, the runtime of the functions")
    target = Path(sys.argv[1]).resolve() / "python"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with TemporaryDirectory() as scratch:
        for path in download(Path(scratch)):
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(target)
    package = target / "eal_dashboard"
    shutil.copytree(HERE / "eal_dashboard", package, ignore=shutil.ignore_patterns("__pycache__"))
    remove_litter(target)
    shutil.copy(HERE / "NOTICE", target / "NOTICE-dashboard")
    compile_templates(target)
    compile_sources(target)


if __name__ == "__main__":
    main()
