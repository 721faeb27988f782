"""Requirements: pinned, one version of each package, and every package that the code imports."""

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


def _write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
