"""Requirements: pinned, one version of each package, and every package that the code imports."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from layers.dependencies import build
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
    deployed = "".join(
        (HERE.root / name).read_text() for name in (dependencies.DEPLOYED, *dependencies.HASHED)
    )

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

    build.add(theirs, ours)

    assert {path.name for path in (ours / "core").iterdir()} == {"_core.x86_64.so", "_core.aarch64.so"}


def test_the_layer_rejects_a_file_that_differs_between_architectures(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "x86_64", tmp_path / "aarch64"
    _write(ours, {"core/_core.so": "1"})
    _write(theirs, {"core/_core.so": "2"})

    with pytest.raises(SystemExit, match=r"core/_core\.so differs between architectures"):
        build.add(theirs, ours)


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


def test_the_cut_powertools_logs_and_counts_and_imports_less(tmp_path: Path) -> None:
    package = _powertools_in(tmp_path)

    build.cut_powertools(package)

    done = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", _USE_OF_POWERTOOLS],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    line, counted, correlated, loaded = done.stdout.splitlines()
    assert json.loads(line)["request_id"] == "req_1"
    assert json.loads(counted)["counted"] == [2.0]
    assert json.loads(correlated)["correlation_id"] == "correlation_1"
    assert not {
        "jmespath",
        "botocore",
        "aws_lambda_powertools.tracing",
        "aws_lambda_powertools.metrics",
    } & set(loaded.split())


@pytest.mark.parametrize("name", build.POWERTOOLS_CUTS)
def test_the_layer_rejects_a_powertools_without_the_imports_to_cut(tmp_path: Path, name: str) -> None:
    package = _powertools_in(tmp_path)
    (package / name).write_text("# another version\n")

    with pytest.raises(SystemExit, match=name):
        build.cut_powertools(package)


def _powertools_in(folder: Path) -> Path:
    """A copy of the installed package."""
    spec = importlib.util.find_spec("aws_lambda_powertools")
    assert spec
    assert spec.origin
    return Path(shutil.copytree(Path(spec.origin).parent, folder / "aws_lambda_powertools"))


def _write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
