"""tools.preflight: the tree passes, and each seeded fault is found with what to do about it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tools.fixtures.template import MAIN, WORKERS
from tools.preflight import account, limits
from tools.preflight.__main__ import configuration, main, offline
from tools.preflight.deployment import Deployment, Settings, templates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tools.preflight.finding import Finding

_expanded = cache(templates)


def _deployment(
    edited: Mapping[str, dict[str, Any]] | None = None, stage: str = "production", **settings: Any
) -> Deployment:
    parameters = {"Stage": stage, **settings.pop("parameters", {})}
    return Deployment(edited or _expanded(), Settings(parameters, **settings))


def _faults(deployment: Deployment, **account: int) -> list[str]:
    return [_sentence(finding) for finding in offline(deployment, **account) if finding.level == "fault"]


def _sentence(finding: Finding) -> str:
    return f"{finding.subject}: {finding.text}"


@pytest.fixture
def edited() -> dict[str, dict[str, Any]]:
    """A copy of the expanded templates to break, in which no two places share an object."""
    copied: dict[str, dict[str, Any]] = json.loads(json.dumps(_expanded()))
    return copied


@pytest.mark.parametrize("stage", ["production", "staging"])
def test_the_tree_can_be_deployed(stage: str) -> None:
    assert _faults(_deployment(stage=stage)) == []


def _main(templates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    resources: dict[str, Any] = templates[MAIN]["Resources"]
    return resources


def test_a_stack_with_501_resources_is_refused(edited: dict[str, dict[str, Any]]) -> None:
    for number in range(501 - len(_main(edited))):
        _main(edited)[f"Topic{number}"] = {"Type": "AWS::SNS::Topic"}

    (fault,) = _faults(_deployment(edited))

    assert fault.startswith("template.yaml: 501 of 500 resources: move a part of it")


def test_a_template_of_more_than_a_megabyte_is_refused(edited: dict[str, dict[str, Any]]) -> None:
    edited[MAIN]["Metadata"]["Text"] = "x" * 1_000_000

    (fault,) = _faults(_deployment(edited))

    assert "of 1,000,000 bytes" in fault


def test_more_than_200_parameters_are_refused(edited: dict[str, dict[str, Any]]) -> None:
    for number in range(200):
        edited[MAIN]["Parameters"][f"More{number}"] = {"Type": "String", "Default": ""}

    (fault,) = _faults(_deployment(edited))

    assert "of 200 parameters" in fault


def test_a_policy_that_names_too_many_resources_is_refused(edited: dict[str, dict[str, Any]]) -> None:
    (policy,) = _main(edited)["ReadRole"]["Properties"]["Policies"]
    named = [{"Fn::GetAtt": ["HealthGet", "Arn"]}] * 177
    policy["PolicyDocument"]["Statement"].append(
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": named}
    )

    (fault,) = _faults(_deployment(edited))

    assert fault.startswith("inline policies (ReadRole has most)")
    assert "of 10,240 characters" in fault


def test_an_environment_of_more_than_4_kilobytes_is_refused(edited: dict[str, dict[str, Any]]) -> None:
    variables = _main(edited)["HealthGet"]["Properties"]["Environment"]["Variables"]
    variables["ORIGINS"] = {"Fn::Join": [",", ["https://example.com"] * 250]}

    (fault,) = _faults(_deployment(edited))

    assert fault.startswith("environment of a function (HealthGet has most)")


def test_six_layers_are_refused(edited: dict[str, dict[str, Any]]) -> None:
    properties = _main(edited)["HealthGet"]["Properties"]
    properties["Layers"] *= 3

    (fault,) = _faults(_deployment(edited))

    assert "6 of 5 layers" in fault


def test_a_built_function_that_is_too_large_is_refused(tmp_path: Path) -> None:
    deployment = _deployment()
    for stack in deployment:
        for kind in ("AWS::Lambda::Function", "AWS::Lambda::LayerVersion"):
            for logical_id, properties in stack.of_type(kind).items():
                (tmp_path / properties.get("LayerName", logical_id)).mkdir()
    with (tmp_path / "ModelsLayer" / "encoder.npz").open("wb") as file:
        file.truncate(251 * 2**20)

    found = [each for each in limits.findings(deployment, built=tmp_path) if each.level == "fault"]

    assert [fault.text.partition(":")[0] for fault in found] == ["251 of 250 MiB"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("eal-aws", "leave out aws"),
        ("cognito-eal", "leave out cognito"),
        ("Eal", "small letters"),
        ("eal_1", "begin with a letter"),
        ("restoration-franchises", "use at most"),
    ],
)
def test_a_forbidden_stack_name_is_refused(name: str, expected: str) -> None:
    assert expected in " ".join(_faults(_deployment(stack_name=name)))


def test_a_quota_of_10_executions_is_refused_with_what_to_do() -> None:
    for stage in ("production", "staging"):
        (fault,) = _faults(_deployment(stage=stage), concurrency=10)

        assert "of 10 executions: ask Service Quotas for 1,000 (Lambda, L-B99A9384)" in fault


def test_two_production_stacks_do_not_share_a_quota_of_1000() -> None:
    functions = _deployment().of_type("AWS::Lambda::Function").values()
    reserved = sum(function.get("ReservedConcurrentExecutions", 0) for function in functions)

    (fault,) = _faults(_deployment(), reserved=reserved)

    assert f"{2 * reserved + 100:,} of 1,000 executions" in fault
    assert _faults(_deployment(), reserved=reserved, concurrency=2 * reserved + 100) == []


def test_values_that_the_template_does_not_accept_are_refused() -> None:
    parameters = {"Architecture": "mips", "AuditTableDays": "1", "Colour": "red"}

    faults = _faults(_deployment(stage="production", parameters=parameters))

    assert [fault.split(":")[0] for fault in faults] == [
        "parameter Architecture",
        "parameter AuditTableDays",
        "parameter Colour",
    ]


def test_a_profile_of_bedrock_must_suit_the_region() -> None:
    (fault,) = _faults(_deployment(region="eu-central-1"))

    assert fault.startswith("rule BedrockProfileInRegion: BedrockProfile=us cannot be used in this Region")
    assert _faults(_deployment(region="eu-central-1", parameters={"BedrockProfile": "eu"})) == []


RULES = {
    "DomainNeedsCertificate": {
        "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]},
        "Assertions": [
            {
                "Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]},
                "AssertDescription": "Set CertificateArn with DomainName.",
            }
        ],
    },
    "ArmNeedsARegion": {
        "Assertions": [{"Assert": {"Fn::Contains": [["us-east-1", "us-west-2"], {"Ref": "AWS::Region"}]}}]
    },
}


@pytest.mark.parametrize(
    ("domain", "certificate", "region", "expected"),
    [
        ("", "", "us-east-1", []),
        ("api.example.com", "arn", "us-east-1", []),
        (
            "api.example.com",
            "",
            "us-east-1",
            ["rule DomainNeedsCertificate: Set CertificateArn with DomainName."],
        ),
        ("", "", "us-gov-west-1", ["rule ArmNeedsARegion: see the rule in the template"]),
    ],
)
def test_rules_are_evaluated_for_the_given_parameters(
    edited: dict[str, dict[str, Any]], domain: str, certificate: str, region: str, expected: list[str]
) -> None:
    declared = {"Type": "String", "Default": ""}
    edited[MAIN]["Parameters"] |= {"DomainName": declared, "CertificateArn": declared}
    edited[MAIN]["Rules"] = RULES
    given = {"DomainName": domain, "CertificateArn": certificate}

    assert _faults(_deployment(edited, parameters=given, region=region)) == expected


def test_a_rule_that_cannot_be_evaluated_is_a_warning(edited: dict[str, dict[str, Any]]) -> None:
    edited[MAIN]["Rules"] = {"Vpc": {"Assertions": [{"Assert": {"Fn::ValueOf": ["Subnet", "VpcId"]}}]}}

    (warning,) = (each for each in offline(_deployment(edited)) if each.subject == "rule Vpc")

    assert warning.level == "warning"


def test_conditions_and_parameters_reach_the_nested_stacks() -> None:
    def reserved(stage: str, value: str) -> int:
        deployment = _deployment(stage=stage, parameters={"ReserveConcurrency": value})
        functions = deployment.stacks[WORKERS].of_type("AWS::Lambda::Function").values()
        return sum("ReservedConcurrentExecutions" in function for function in functions)

    assert reserved("staging", "on") > 0
    assert reserved("staging", "off") == 0


def test_the_values_of_references_are_those_of_the_deployment() -> None:
    deployment = _deployment(stack_name="acme", region="eu-west-1", account="210987654321")

    function = deployment.of_type("AWS::Lambda::Function")["SessionsCreate"]

    assert function["Environment"]["Variables"]["LOGIN_URL"] == (
        "https://acme-210987654321.auth.eu-west-1.amazoncognito.com"
    )
    assert "Fn::" not in json.dumps([stack.resources for stack in deployment])


def test_a_certificate_must_be_in_the_region_of_its_domain(edited: dict[str, dict[str, Any]]) -> None:
    _main(edited)["Domain"] = {
        "Type": "AWS::ApiGateway::DomainName",
        "Properties": {"RegionalCertificateArn": "arn:aws:acm:us-west-2:123456789012:certificate/1"},
    }

    (fault,) = _faults(_deployment(edited))

    assert fault.endswith("Domain needs a certificate of us-east-1: request one of ACM there")


def _asked(
    edited: Mapping[str, dict[str, Any]] | None = None, **parameters: str
) -> dict[str, list[tuple[str, str]]]:
    """The findings about an account, by subject. moto has no models of Bedrock."""
    found: dict[str, list[tuple[str, str]]] = {}
    deployment = _deployment(edited, parameters={"BedrockModel": "", **parameters})
    for level, subject, text in account.findings(deployment):
        found.setdefault(subject, []).append((level, text))
    return found


def test_access_logs_need_the_role_of_the_account(cloud: None) -> None:
    ((level, text),) = _asked(AccessLogs="on")["role of API Gateway's logs"]

    assert level == "fault"
    assert "AccessLogs=off" in text
    assert "role of API Gateway's logs" not in _asked()
    client = boto3.client("apigateway")
    operation: Any = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::1:role/logs"}
    client.update_account(patchOperations=[operation])
    assert _asked(AccessLogs="on")["role of API Gateway's logs"] == [("ok", "arn:aws:iam::1:role/logs")]


def test_a_login_domain_that_exists_is_reported(cloud: None) -> None:
    assert _asked()["login domain"] == [("ok", "eal-123456789012 is free")]
    client: Any = boto3.client("cognito-idp")
    pool = client.create_user_pool(PoolName="other")["UserPool"]["Id"]
    client.create_user_pool_domain(Domain="eal-123456789012", UserPoolId=pool)

    ((level, text),) = _asked()["login domain"]

    assert (level, pool in text) == ("warning", True)
    client.delete_user_pool_domain(Domain="eal-123456789012", UserPoolId=pool)


def test_the_first_deployment_creates_its_bucket(cloud: None) -> None:
    ((level, text),) = _asked()["bucket for the deployment"]

    assert (level, text.split(",")[0]) == ("ok", "sam deploy creates it")


def test_a_certificate_that_is_not_issued_is_refused(
    cloud: None, edited: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_ACM_VALIDATION_WAIT", "600")
    client: Any = boto3.client("acm")
    arn = client.request_certificate(DomainName="api.example.com", ValidationMethod="DNS")["CertificateArn"]
    _main(edited)["Domain"] = {
        "Type": "AWS::ApiGateway::DomainName",
        "Properties": {"RegionalCertificateArn": arn},
    }

    ((level, text),) = _asked(edited)["certificates"]

    assert (level, "PENDING_VALIDATION" in text) == ("fault", True)


class _Functions:
    """Two functions of each of two stacks, with three reserved executions each."""

    def get_paginator(self, _: str) -> _Functions:
        return self

    def paginate(self) -> list[dict[str, list[dict[str, str]]]]:
        names = (
            "eal-LeadsCreate-1A",
            "eal-Workers-1B-ClassifyCall-1C",
            "eal-production-LeadsCreate-1D",
            "eal2-A-1E",
        )
        return [{"Functions": [{"FunctionName": name}]} for name in names]

    def get_function_concurrency(self, FunctionName: str) -> dict[str, int]:
        return {"ReservedConcurrentExecutions": 3} if FunctionName else {}


def test_reservations_of_a_stack_with_a_longer_name_are_not_its_own() -> None:
    assert account.own_reservations(_Functions(), "eal") == 6
    assert account.own_reservations(_Functions(), "eal-production") == 3


def test_the_parameters_are_those_of_the_configuration() -> None:
    assert configuration("default") == ("eal", {"Stage": "staging", "Architecture": "arm64"})
    stack_name, parameters = configuration("production")
    assert (stack_name, parameters["Stage"]) == ("eal-production", "production")


def test_what_the_account_does_not_answer_is_a_warning(cloud: None) -> None:
    identity = "arn:aws:ses:us-east-1:123456789012:identity/example.com"

    ((level, text),) = _asked(MemberMailIdentityArn=identity)["mail of members"]

    assert (level, text.partition(" (")[0]) == ("warning", "the account did not answer")


def test_the_command_fails_with_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config-env", "production"]) == 0
    assert main(["--config-env", "production", "--stack-name", "eal-aws"]) == 1
    assert "fault   stack name eal-aws: leave out aws" in capsys.readouterr().out
