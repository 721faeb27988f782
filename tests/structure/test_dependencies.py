"""Pinned requirements, one version of each package, and all that the code imports."""

from tests.structure.checks import dependencies, modules
from tests.structure.project import HERE, report

_DISTRIBUTION = {
    "aws_lambda_powertools": "aws-lambda-powertools",
    "email_validator": "email-validator",
    "phonenumbers": "phonenumberslite",
    "pydantic_core": "pydantic-core",
}


def test_requirements_are_pinned_and_agree() -> None:
    report(dependencies.faults(HERE))


def test_all_that_the_code_imports_is_deployed() -> None:
    deployed = (HERE.root / dependencies.DEPLOYED).read_text()

    missing = [
        package
        for package in sorted(modules.third_party(HERE))
        if f"\n{_DISTRIBUTION.get(package, package)}==" not in deployed
    ]

    assert missing == [], f"add to {dependencies.DEPLOYED}: {missing}"
