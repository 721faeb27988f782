"""Build the dependencies layer: pinned wheels for Lambda, without unused files, and compiled.

Usage: python3.13 build.py ARTIFACTS_DIR. The layer runs on both architectures of Lambda: the file name of an extension
module contains its platform (`_pydantic_core.cpython-313-aarch64-linux-gnu.so`), and Python imports the matching file.
The second files cost 7.0 MB, 2.7 MB zipped. Builds of the same inputs are identical byte by byte, so that an unchanged
layer is not deployed again.
"""

import compileall
import filecmp
import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
MACHINES = ("aarch64", "x86_64")
# The services that eal calls. A client of another service fails with UnknownServiceError, locally and in Lambda.
SERVICES = (
    "bedrock-runtime",
    "cognito-idp",
    "dynamodb",
    "events",
    "kms",
    "s3",
    "scheduler",
    "secretsmanager",
    "sqs",
)
# Loaded by the clients of all services.
SHARED_DATA = ("_retry.json", "partitions.json", "sdk-default-configuration.json")
# Used by developers or pip, never by a function. METADATA remains, because pydantic reads email-validator's version.
# Licences remain.
LITTER = (
    "bin",
    "**/__pycache__",
    "**/tests",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/WHEEL",
    "*.dist-info/REQUESTED",
    "**/*.pyi",
    "**/swagger_ui/*.js",
    "**/swagger_ui/*.css",
)


def install(target: Path, machine: str) -> None:
    names = (f"manylinux2014_{machine}", f"manylinux_2_28_{machine}")
    platforms = [option for name in names for option in ("--platform", name)]
    subprocess.run(  # noqa: S603
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-compile",
            "--no-deps",
            "--only-binary=:all:",
            "--implementation",
            "cp",
            "--python-version",
            "3.13",
            *platforms,
            "--target",
            str(target),
            "--requirement",
            str(HERE / "requirements.txt"),
        ],
        check=True,
    )
    # An extension module for the stable ABI has no platform in its name. CPython loads it by the other name too.
    for path in list(target.rglob("*.abi3.so")):
        path.rename(path.with_name(path.name.replace(".abi3.so", f".cpython-313-{machine}-linux-gnu.so")))


def install_for_all(target: Path) -> None:
    first, *others = MACHINES
    install(target, first)
    for machine in others:
        with TemporaryDirectory() as scratch:
            install(Path(scratch), machine)
            add(Path(scratch), target)


def add(source: Path, target: Path) -> None:
    """Add the files that only `source` has.

    Raises: SystemExit if a file that Python may load differs between the two, because one layer cannot contain both.
    """
    for path in sorted(file for file in source.rglob("*") if file.is_file()):
        name = path.relative_to(source)
        there = target / name
        if not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, there)
        elif not name.parts[0].endswith(".dist-info") and not filecmp.cmp(path, there, shallow=False):
            raise SystemExit(f"layers/dependencies: {name} differs between architectures")


def remove(paths: Iterator[Path]) -> None:
    for path in list(paths):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def undocumented(node: Any) -> Any:
    """The model with empty documentation, which is most of its size and serves only help texts.

    Empty and not absent, because botocore reads the documentation of some parts (S3's client context parameters) on
    every call.
    """
    if isinstance(node, dict):
        return {
            # A shape may have a member with the name documentation, which is an object and not a string.
            key: "" if key == "documentation" and isinstance(value, str) else undocumented(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [undocumented(item) for item in node]
    return node


def read_json(path: Path) -> Any:
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def cut_service_data(data: Path) -> None:
    """Keep only the newest models of the services in use, in the folder that botocore's loader reads.

    Measured for the first DynamoDB client of a process, Python 3.13: 184 ms before, 141 ms after. 28 ms of the
    difference is endpoints.json.
    """
    remove(path for path in data.iterdir() if path.name not in {*SERVICES, *SHARED_DATA, "endpoints.json"})
    for service in SERVICES:
        versions = sorted(path for path in (data / service).iterdir() if path.is_dir())
        remove(iter(versions[:-1]))
        for path in sorted(versions[-1].iterdir()):
            name = path.name.removesuffix(".gz").removesuffix(".json")
            content = undocumented(read_json(path))
            path.unlink()
            if not name.startswith("examples"):
                write_json(versions[-1] / f"{name}.json", content)
    # 1.3 MB with the regions of all services. The first client of a process parses the whole file.
    endpoints = read_json(data / "endpoints.json")
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: partition["services"][name] for name in SERVICES if name in partition["services"]
        }
    write_json(data / "endpoints.json", endpoints)


IMPORT_CUTS = {
    # Its tracer, its metrics, and a header of botocore's requests that names Powertools.
    "aws_lambda_powertools/__init__.py": (
        ("from aws_lambda_powertools.metrics import Metrics, single_metric\n", ""),
        ("from aws_lambda_powertools.shared.user_agent import inject_user_agent\n", ""),
        ("from aws_lambda_powertools.tracing import Tracer\n", ""),
        ('    "Metrics",\n    "single_metric",\n    "Tracer",\n', ""),
        ("inject_user_agent()\n", ""),
    ),
    # jmespath, for the decorator's correlation_id_path.
    "aws_lambda_powertools/logging/logger.py": (
        ("from aws_lambda_powertools.utilities import jmespath_utils\n", ""),
        (
            "            if correlation_id_path:\n",
            "            if correlation_id_path:\n"
            "                from aws_lambda_powertools.utilities import jmespath_utils\n\n",
        ),
    ),
    # importlib.metadata, zipfile and 30 other modules, to look for plugins, which PYDANTIC_DISABLE_PLUGINS forbids.
    "pydantic/plugin/_loader.py": (
        ("import importlib.metadata as importlib_metadata\n", ""),
        (
            "            for dist in importlib_metadata.distributions():\n",
            "            import importlib.metadata as importlib_metadata\n\n"
            "            for dist in importlib_metadata.distributions():\n",
        ),
    ),
    # Types for checkers, and the class of one constant. pydantic itself, which uses the types, still gets them.
    "pydantic_core/__init__.py": (
        (
            "from typing_extensions import Sentinel\n",
            "class Sentinel:\n    def __init__(self, name):\n        self.__name__ = name\n",
        ),
        (
            "from .core_schema import CoreConfig, CoreSchema, CoreSchemaType, ErrorType\n",
            "def __getattr__(name):\n"
            "    if name not in ('CoreConfig', 'CoreSchema', 'CoreSchemaType', 'ErrorType'):\n"
            "        raise AttributeError(name)\n"
            "    from importlib import import_module\n\n"
            "    return getattr(import_module('pydantic_core.core_schema'), name)\n",
        ),
    ),
}
"""Files, and in each the texts of imports that no function needs, with what replaces them. Code that does need such a
module imports it then, or from its own place.
"""


def cut_imports(target: Path) -> None:
    """Remove imports that cost every cold start milliseconds.

    Raises: SystemExit if a file does not have its texts once, as may happen with another version of the package.
    """
    for name, cuts in IMPORT_CUTS.items():
        text = (target / name).read_text()
        for old, new in cuts:
            if text.count(old) != 1:
                raise SystemExit(f"layers/dependencies: {name} does not have this text once: {old!r}")
            text = text.replace(old, new)
        (target / name).write_text(text)


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")))


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
        raise SystemExit("layers/dependencies: a module does not compile")


def main() -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers/dependencies: needs Python 3.13, the runtime of the functions")
    target = Path(sys.argv[1]).resolve() / "python"
    shutil.rmtree(target, ignore_errors=True)
    install_for_all(target)
    for pattern in LITTER:
        remove(target.glob(pattern))
    cut_service_data(target / "botocore" / "data")
    cut_imports(target)
    compile_sources(target)


if __name__ == "__main__":
    main()
