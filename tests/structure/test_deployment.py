"""A deployment: the questions of SAM, the environments of samconfig.toml, and what the Rules of the template refuse."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from samcli.commands.deploy.auth_utils import auth_per_resource  # type: ignore[import-untyped]
from samcli.lib.providers.sam_stack_provider import (  # type: ignore[import-untyped]
    SamLocalStackProvider,
)

from tests.structure.project import HERE
from tools.fixtures.template import MAIN
from tools.preflight.rules import refusals

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/abc"
LOCAL = {"Stage": "local", "CognitoApiUrl": "http://127.0.0.1:4566"}
ACCEPTED: list[tuple[str, dict[str, str]]] = [
    ("us-east-1", {}),
    ("us-east-1", {"Stage": "production"}),
    ("us-east-1", LOCAL),
    ("ca-central-1", {}),
    ("eu-central-1", {"BedrockProfile": "eu"}),
    ("ap-south-1", {"BedrockProfile": "apac"}),
    ("ap-southeast-2", {"BedrockProfile": "au"}),
    ("ap-northeast-1", {"BedrockProfile": "jp"}),
    ("sa-east-1", {"BedrockProfile": "global"}),
    ("sa-east-1", {"BedrockModel": ""}),
    ("us-east-1", {"ApiDomainName": "api.example.com", "CertificateArn": CERTIFICATE, "HostedZoneId": "Z1"}),
    ("us-east-1", {"DashboardDomainName": "dashboard.example.com", "CertificateArn": CERTIFICATE}),
    ("us-east-1", {"DashboardUrl": "https://dashboard.example.com"}),
    ("us-east-1", {"ManagedRules": "block"}),
    ("us-east-1", {"AddressLimits": "off"}),
    (
        "us-east-1",
        {"MonthlyBudgetDollars": "100", "AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms"},
    ),
    ("us-east-1", {"MonthlyBudgetDollars": "100", "BudgetEmail": "operator@example.com"}),
    (
        "us-east-1",
        {
            "MemberMailIdentityArn": "arn:aws:ses:us-east-1:123456789012:identity/example.com",
            "MemberMailFrom": "no-reply@example.com",
        },
    ),
]
"""Combinations of parameters that work, with their Region."""
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    ("BedrockProfile=us cannot", "eu-west-1", {}),
    ("BedrockProfile=eu can", "us-east-1", {"BedrockProfile": "eu"}),
    ("BedrockProfile=apac can", "us-east-1", {"BedrockProfile": "apac"}),
    ("BedrockProfile=au can", "ap-northeast-1", {"BedrockProfile": "au"}),
    ("BedrockProfile=jp can", "ap-southeast-2", {"BedrockProfile": "jp"}),
    ("needs a certificate", "us-east-1", {"ApiDomainName": "api.example.com"}),
    ("needs a certificate", "us-east-1", {"DashboardDomainName": "dashboard.example.com"}),
    ("are for a domain", "us-east-1", {"CertificateArn": CERTIFICATE}),
    ("are for a domain", "us-east-1", {"HostedZoneId": "Z1"}),
    (
        "cannot have one domain",
        "us-east-1",
        {"ApiDomainName": "example.com", "DashboardDomainName": "example.com", "CertificateArn": CERTIFICATE},
    ),
    (
        "return to one address",
        "us-east-1",
        {
            "DashboardDomainName": "dashboard.example.com",
            "CertificateArn": CERTIFICATE,
            "DashboardUrl": "https://dashboard.example.com",
        },
    ),
    (
        "needs a sender",
        "us-east-1",
        {"MemberMailIdentityArn": "arn:aws:ses:us-east-1:123456789012:identity/a"},
    ),
    ("needs an identity", "us-east-1", {"MemberMailFrom": "no-reply@example.com"}),
    ("are part of the web ACL", "us-east-1", {"AddressLimits": "off", "ManagedRules": "count"}),
    ("needs somebody to warn", "us-east-1", {"MonthlyBudgetDollars": "100"}),
    ("is for a budget", "us-east-1", {"BudgetEmail": "operator@example.com"}),
    *(
        ("are for the stage local", "us-east-1", {name: "http://127.0.0.1:5001"})
        for name in (
            "CallrailApiUrl",
            "GoogleApiUrl",
            "ResendApiUrl",
            "TwilioApiUrl",
            "BedrockApiUrl",
            "CognitoApiUrl",
        )
    ),
    ("is for the local stack", "us-east-1", {"Stage": "local"}),
]
"""A part of the sentence with which each combination is refused, and no other one."""
PATTERNS = {
    "ApiDomainName": (
        ["api.example.com"],
        ["https://api.example.com", "api.example.com/api", "API.example.com"],
    ),
    "DashboardDomainName": (["a.example.com"], ["https://a.example.com"]),
    "CertificateArn": ([CERTIFICATE], ["arn:aws:iam::123456789012:server-certificate/abc"]),
    "PublicBaseUrl": (
        ["https://links.example.com", "http://127.0.0.1:4566/api"],
        ["https://links.example.com/"],
    ),
    "ReceiverBaseUrl": (["https://hooks.example.com/v1/inbound"], ["hooks.example.com"]),
    "BackupCopyVaultArn": (["arn:aws:backup:us-west-2:123456789012:backup-vault:eal"], ["eal"]),
    "DashboardUrl": (["https://dashboard.example.com"], ["https://dashboard.example.com/"]),
}
"""Values that each AllowedPattern accepts, and values that it refuses."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # those of SAM CLI itself
def test_a_guided_deployment_asks_only_about_the_function_urls() -> None:
    stacks, _ = SamLocalStackProvider.get_stacks(str(HERE.root / MAIN))

    asked = sorted(name for name, is_authorized in auth_per_resource(stacks) if not is_authorized)

    receivers = [name for name, properties in HERE.functions.items() if "FunctionUrlConfig" in properties]
    assert asked == sorted(f"{name} Function Url" for name in receivers)
    assert len(asked) == 4


@pytest.mark.parametrize(("region", "parameters"), ACCEPTED)
def test_the_rules_accept_what_works(region: str, parameters: dict[str, str]) -> None:
    assert refusals(HERE.templates[MAIN], parameters, region) == []


@pytest.mark.parametrize(("sentence", "region", "parameters"), REFUSED)
def test_the_rules_refuse_what_cannot_work(sentence: str, region: str, parameters: dict[str, str]) -> None:
    (refusal,) = refusals(HERE.templates[MAIN], parameters, region)

    assert sentence in refusal.advice


def test_every_assertion_refuses_something() -> None:
    rules = HERE.templates[MAIN]["Rules"].values()
    sentences = {assertion["AssertDescription"] for rule in rules for assertion in rule["Assertions"]}

    refused = {
        refusal.advice
        for _, region, parameters in REFUSED
        for refusal in refusals(HERE.templates[MAIN], parameters, region)
    }

    assert refused == sentences


def test_rules_with_fn_if_are_a_fault() -> None:
    with pytest.raises(NotImplementedError, match="refuses Fn::If"):
        refusals(
            {"Parameters": {}, "Rules": {"A": {"Assertions": [{"Assert": {"Fn::If": []}}]}}}, {}, "us-east-1"
        )


def test_patterns_of_parameters_accept_addresses_and_refuse_their_usual_mistakes() -> None:
    parameters = HERE.templates[MAIN]["Parameters"]
    assert {
        name for name, parameter in parameters.items() if "AllowedPattern" in parameter
    } == PATTERNS.keys()
    for name, (accepted, refused) in PATTERNS.items():
        pattern = parameters[name]["AllowedPattern"]
        assert all(re.fullmatch(pattern, value) for value in ["", *accepted]), name
        assert not any(re.fullmatch(pattern, value) for value in refused), name


@pytest.mark.parametrize(("environment", "stage"), [("default", "staging"), ("production", "production")])
def test_an_environment_of_samconfig_deploys_its_stage_with_values_that_the_template_accepts(
    environment: str, stage: str
) -> None:
    configuration = _environment(environment)
    given = _overrides(configuration["deploy"]["parameters"]["parameter_overrides"])

    assert given["Stage"] == stage
    assert refusals(HERE.templates[MAIN], given, "us-east-1") == []
    for name, value in given.items():
        parameter = HERE.templates[MAIN]["Parameters"][name]
        assert value in parameter.get("AllowedValues", [value]), name


def test_staging_and_production_are_two_stacks_of_one_account() -> None:
    staging, production = _environment("default"), _environment("production")

    assert staging["global"]["parameters"]["stack_name"] != production["global"]["parameters"]["stack_name"]
    for environment in (staging, production):
        deploy = environment["deploy"]["parameters"]
        assert deploy["confirm_changeset"] is True
        assert deploy["resolve_s3"] is True
        assert set(deploy["capabilities"]) == {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}


def _environment(name: str) -> dict[str, Any]:
    environment: dict[str, Any] = tomllib.loads((HERE.root / "samconfig.toml").read_text())[name]
    return environment


def _overrides(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split())
