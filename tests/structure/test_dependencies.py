"""Requirements: pinned, one version of each package, and every package that the code imports."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from layers.build import wheels
from layers.dependencies import cut_imports
from tests.structure.checks import dependencies, modules
from tests.structure.project import HERE, report

_DISTRIBUTION = {
    "PIL": "pillow",
    "aws_lambda_powertools": "aws-lambda-powertools",
    "email_validator": "email-validator",
    "markdown_it": "markdown-it-py",
    "phonenumbers": "phonenumberslite",
    "pillow_heif": "pillow-heif",
    "pydantic_core": "pydantic-core",
}


def test_requirements_are_pinned_and_agree() -> None:
    report(dependencies.faults(HERE))


def test_every_imported_package_is_deployed() -> None:
    deployed = "".join((HERE.root / name).read_text() for name in dependencies.HASHED)

    missing = [
        package
        for package in sorted(modules.third_party(HERE))
        if f"\n{_DISTRIBUTION.get(package, package)}==" not in deployed
    ]

    assert missing == [], f"add to {dependencies.DEPLOYED}: {missing}"


def test_the_layer_contains_the_extension_modules_of_both_architectures(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "x86_64", tmp_path / "aarch64"
    _write(ours, {"six.py": "", "core/_core.x86_64.so": "1", "core.dist-info/WHEEL": "x86_64"})
    _write(theirs, {"six.py": "", "core/_core.aarch64.so": "2", "core.dist-info/WHEEL": "aarch64"})

    wheels.merge(theirs, ours)

    assert {path.name for path in (ours / "core").iterdir()} == {"_core.x86_64.so", "_core.aarch64.so"}


def test_the_layer_rejects_a_file_that_differs_between_architectures(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "x86_64", tmp_path / "aarch64"
    _write(ours, {"core/_core.so": "1"})
    _write(theirs, {"core/_core.so": "2"})

    with pytest.raises(SystemExit, match=r"core/_core\.so differs between architectures"):
        wheels.merge(theirs, ours)


_USE_OF_POWERTOOLS = """
import sys
from aws_lambda_powertools.logging import Logger
logger = Logger(service="eal")
logger.thread_safe_append_keys(request_id="req_1")
logger.info("line")
loaded = set(sys.modules)
from aws_lambda_powertools.metrics import Metrics
metrics = Metrics(namespace="EAL", service="eal")
metrics.add_metric(name="counted", unit="Count", value=2)
metrics.flush_metrics()
class Context:
    function_name = invoked_function_arn = aws_request_id = "function"
    memory_limit_in_mb = 512
@logger.inject_lambda_context(correlation_id_path="id")
def handler(event, context):
    logger.info("correlated")
handler({"id": "correlation_1"}, Context())
print(" ".join(sorted(loaded)))
"""
_USE_OF_PYDANTIC = """
import sys
from pydantic import BaseModel
class Model(BaseModel):
    number: int
print(Model.model_validate_json('{"number": 7}').model_dump_json())
print(" ".join(sorted(sys.modules)))
"""


def test_powertools_without_its_unused_imports_logs_and_counts(tmp_path: Path) -> None:
    _copy_packages(tmp_path)

    cut_imports.cut_imports(tmp_path)

    line, counted, correlated, loaded = _run(_USE_OF_POWERTOOLS, tmp_path)
    assert json.loads(line)["request_id"] == "req_1"
    assert json.loads(counted)["counted"] == [2.0]
    assert json.loads(correlated)["correlation_id"] == "correlation_1"
    unused = {"jmespath", "botocore", "aws_lambda_powertools.tracing", "aws_lambda_powertools.metrics"}
    assert not unused & set(loaded.split())


@pytest.mark.parametrize("plugins", ["true", ""], ids=["disabled", "enabled"])
def test_pydantic_imports_what_finds_plugins_only_to_find_them(tmp_path: Path, plugins: str) -> None:
    _copy_packages(tmp_path)

    cut_imports.cut_imports(tmp_path)

    dumped, loaded = _run(_USE_OF_PYDANTIC, tmp_path, {"PYDANTIC_DISABLE_PLUGINS": plugins})
    assert dumped == '{"number":7}'
    assert ("importlib.metadata" in loaded.split()) == (plugins == "")


@pytest.mark.parametrize("name", cut_imports.IMPORT_CUTS)
def test_the_layer_rejects_a_version_without_the_imports_to_cut(tmp_path: Path, name: str) -> None:
    _copy_packages(tmp_path)
    (tmp_path / name).write_text("# another version\n")

    with pytest.raises(SystemExit, match=name):
        cut_imports.cut_imports(tmp_path)


def _copy_packages(folder: Path) -> None:
    """Copy the installed packages of which imports are cut."""
    for package in {name.partition("/")[0] for name in cut_imports.IMPORT_CUTS}:
        spec = importlib.util.find_spec(package)
        assert spec
        assert spec.origin
        shutil.copytree(Path(spec.origin).parent, folder / package)


def _run(program: str, packages: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """The lines that a program prints in a new process, with the packages before the installed ones."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", program],
        env={**(environment or {}), "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def _write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
