"""tools.rehearse: the tree passes, and each seeded fault is found. The calls here are few and written by hand;
`make rehearse` judges those that all functions were seen to make."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tools.fixtures.template import MAIN, WORKERS
from tools.preflight.deployment import Deployment, Settings, templates
from tools.rehearse import calls, costs, grants, iam, order, services
from tools.rehearse.__main__ import only_aws
from tools.rehearse.calls import AwsCall
from tools.rehearse.grants import Roles
from tools.rehearse.unused import Excepted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tools.rehearse.iam import Request

_expanded = cache(templates)

type Templates = dict[str, dict[str, Any]]


def _deployment(edited: Mapping[str, dict[str, Any]] | None = None) -> Deployment:
    return Deployment(edited or _expanded(), Settings({"Stage": "production"}))


@pytest.fixture
def edited() -> Templates:
    """A copy of the expanded templates to break, in which no two places share an object."""
    copied: Templates = json.loads(json.dumps(_expanded()))
    return copied


def _resource(edited: Templates, logical_id: str, path: str = MAIN) -> dict[str, Any]:
    resource: dict[str, Any] = edited[path]["Resources"][logical_id]
    return resource


def _statements(edited: Templates, role: str, path: str = MAIN) -> list[dict[str, Any]]:
    (policy,) = _resource(edited, role, path)["Properties"]["Policies"]
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements


# ---------------------------------------------------------------- grants

KEY = (("dynamodb:LeadingKeys", ("K#0",)),)
LIST_LEADS = {
    AwsCall("dynamodb:UpdateItem", "AccessTable", KEY),
    AwsCall("dynamodb:Query", "StateTable/index/gsi1"),
    AwsCall("kms:GenerateMac", "CursorKey"),
}
ROTATE = {AwsCall("kms:Encrypt", "SecretsKey", (("kms:EncryptionContext:purpose", ("webhook",)),))}


def _refused(edited: Templates | None = None) -> list[str]:
    roles = Roles(_deployment(edited))
    return [
        *roles.refused("leads/list", LIST_LEADS),
        *roles.refused("webhooks/rotate_secret", ROTATE),
        *roles.refused_by_services(()),
    ]


def test_the_tree_allows_what_is_called() -> None:
    assert _refused() == []


@pytest.mark.parametrize("action", ["dynamodb:Query", "dynamodb:UpdateItem", "kms:GenerateMac"])
def test_a_missing_grant_is_found(edited: Templates, action: str) -> None:
    kept = [each for each in _statements(edited, "ReadRole") if action not in iam.listed(each["Action"])]
    _statements(edited, "ReadRole")[:] = kept

    (refused,) = _refused(edited)

    assert refused.startswith(f"ReadRole of functions/leads/list may not {action} on ")


def test_a_grant_for_other_keys_is_no_grant(edited: Templates) -> None:
    for statement in _statements(edited, "ReadRole"):
        if "Condition" in statement:
            statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = ["S#*"]

    assert len(_refused(edited)) == 1


def test_a_grant_of_the_table_is_none_of_its_index(edited: Templates) -> None:
    for statement in _statements(edited, "ReadRole"):
        if "dynamodb:Query" in statement["Action"]:
            del statement["Resource"][1]

    (refused,) = _refused(edited)

    assert refused.endswith("may not dynamodb:Query on StateTable/index/gsi1")


def test_a_key_policy_without_the_account_refuses_what_the_role_allows(edited: Templates) -> None:
    (statement,) = _resource(edited, "SecretsKey")["Properties"]["KeyPolicy"]["Statement"]
    statement["Principal"] = {"AWS": "arn:aws:iam::999999999999:root"}

    (refused,) = _refused(edited)

    assert "may not kms:Encrypt on SecretsKey" in refused


def test_a_secret_of_another_purpose_cannot_be_encrypted() -> None:
    other = AwsCall("kms:Encrypt", "SecretsKey", (("kms:EncryptionContext:purpose", ("stripe.signing",)),))

    assert len(Roles(_deployment()).refused("webhooks/rotate_secret", [other])) == 1


def test_an_audit_record_cannot_be_changed_by_an_endpoint() -> None:
    def update(key: str) -> list[str]:
        call = AwsCall("dynamodb:UpdateItem", "StateTable", (("dynamodb:LeadingKeys", (key,)),))
        return Roles(_deployment()).refused("leads/update", [call])

    assert update("T#org_0#live#LEAD") == []
    assert len(update("T#org_0#live#AUDIT")) == 1


def test_a_denial_in_the_policy_of_a_bucket_wins(edited: Templates) -> None:
    delete = AwsCall("s3:DeleteObject", "AuditBucket/audit/a")
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    _statements(edited, "ReadRole").append(statement)

    roles = Roles(_deployment(edited))

    assert roles.refused("leads/list", [AwsCall("s3:GetObject", "AuditBucket/audit/a")]) == []
    assert len(roles.refused("leads/list", [delete])) == 1


def _unused(edited: Templates | None = None) -> set[str]:
    made = {"leads/list": LIST_LEADS, "webhooks/rotate_secret": ROTATE}
    return {str(grant) for grant in Roles(_deployment(edited)).unused(made)}


def test_a_grant_without_a_call_is_found(edited: Templates) -> None:
    _statements(edited, "ReadRole").append(
        {"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": {"Fn::GetAtt": "CrmQueue.Arn"}}
    )

    assert _unused(edited) - _unused() == {"ReadRole may sqs:PurgeQueue on CrmQueue"}


def test_a_grant_with_a_call_is_not_unused() -> None:
    assert "ReadRole may dynamodb:Query on StateTable/index/*" not in _unused()
    assert "ReadRole may dynamodb:Query on StateTable" in _unused()
    assert "ReadRole may dynamodb:UpdateItem on AccessTable for K#*" not in _unused()
    assert "ReadRole may dynamodb:UpdateItem on AccessTable for S#*" in _unused()


def test_what_lambda_does_with_a_role_counts_as_calls() -> None:
    assert not any("logs:" in text or "sqs:ReceiveMessage" in text for text in _unused())
    assert not any("on StateTable/stream" in text or "lambda:InvokeFunction" in text for text in _unused())


def test_a_queue_that_its_worker_may_not_read_is_found(edited: Templates) -> None:
    role = "WorkersClassifyCallRole"
    for statement in _statements(edited, role, WORKERS):
        statement["Action"] = [
            each for each in iam.listed(statement["Action"]) if each != "sqs:DeleteMessage"
        ]

    assert _refused(edited) == [f"{role} may not sqs:DeleteMessage on ClassifyQueue"]


def test_a_function_without_the_tag_of_the_api_is_found(edited: Templates) -> None:
    del _resource(edited, "LeadsList")["Properties"]["Tags"]

    assert set(_refused(edited)) == {"GatewayRole may not lambda:InvokeFunction on LeadsList"}


def test_api_gateway_may_invoke_nothing_but_functions_with_a_route() -> None:
    deployment = _deployment()
    statements = Roles(deployment).statements["GatewayRole"]

    def may(arn: str, tag: str, action: str = "lambda:InvokeFunction") -> bool:
        return iam.allowed(iam.Request(action, arn, {"aws:ResourceTag/api": [tag]}), statements)

    arn = deployment.arn("LeadsList")
    assert may(arn, "eal")
    assert not may(arn, "eal", "lambda:DeleteFunction")
    assert not may(arn.replace("eal-", "other-"), "eal")
    assert not may(arn.replace("eal-", "eal-staging-"), "eal-staging")
    worker = iam.Request("lambda:InvokeFunction", deployment.arn("WorkersClassifyCall"))
    assert not iam.allowed(worker, statements)


def test_a_reason_without_its_grant_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Excepted("ReadRole", "sqs:PurgeQueue", "*", "a queue was purged here once")
    monkeypatch.setattr(grants, "UNUSED", (gone,))

    found = [each.text for each in grants.findings(Roles(_deployment()), {"leads/list": LIST_LEADS})]

    assert any("sqs:PurgeQueue" in text and "remove it from UNUSED" in text for text in found)


def test_calls_are_judged_only_if_every_test_has_recorded_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    monkeypatch.setattr(calls, "RECORDED", tmp_path)
    monkeypatch.setattr(calls, "folder", lambda: tmp_path / "current")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command))
    (tmp_path / "older").mkdir()

    calls.write("journeys", "leads", ["leads", "calls"], {"leads/list": LIST_LEADS})
    calls.write("endpoints", "GET /v1/leads", ["GET /v1/leads"], {"leads/list": set()})
    calls.recorded()
    assert len(ran) == 1

    calls.write("journeys", "calls", ["leads", "calls"], {"calls/list": LIST_LEADS})
    assert calls.recorded() == {"leads/list": LIST_LEADS, "calls/list": LIST_LEADS}
    assert len(ran) == 1
    assert not (tmp_path / "older").exists()


# ---------------------------------------------------------------- the evaluator


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"k": ["a", "b"]}}, {"k": ["b"]}, True),
        ({"StringEquals": {"k": "a"}}, {"k": ["A"]}, False),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringNotEquals": {"k": "a"}}, {}, True),
        ({"StringLike": {"k": "a*c"}}, {"k": ["abc"]}, True),
        ({"StringLike": {"k": "a?c"}}, {"k": ["ac"]}, False),
        ({"ForAllValues:StringLike": {"k": ["a*"]}}, {"k": ["a1", "b1"]}, False),
        ({"ForAllValues:StringLike": {"k": ["a*"]}}, {}, True),
        ({"ForAnyValue:StringLike": {"k": ["a*"]}}, {"k": ["a1", "b1"]}, True),
        ({"ForAllValues:StringNotLike": {"k": ["*#AUDIT"]}}, {"k": ["x#AUDIT"]}, False),
        ({"Bool": {"k": "false"}}, {"k": ["true"]}, False),
        ({"StringEquals": {"k": "a"}, "StringLike": {"l": "b*"}}, {"k": ["a"], "l": ["c"]}, False),
    ],
)
def test_conditions(condition: dict[str, Any], context: Mapping[str, list[str]], expected: bool) -> None:
    statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", "Condition": condition}

    assert iam.allowed(iam.Request("s3:GetObject", "arn:aws:s3:::b/k", context), [statement]) is expected


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "NotAction": "s3:*", "Action": "*"},
        {"Effect": "Allow", "Action": "*", "Condition": {"NumericLessThan": {"s3:max-keys": "10"}}},
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}"},
    ],
)
def test_what_is_not_evaluated_is_refused(statement: dict[str, Any]) -> None:
    request: Request = iam.Request("s3:GetObject", "arn:aws:s3:::b/k")

    with pytest.raises(NotImplementedError, match="is not evaluated"):
        iam.allowed(request, [statement])


# ---------------------------------------------------------------- services and order


def _faults(edited: Templates | None = None) -> list[str]:
    deployment = _deployment(edited)
    found = (*services.findings(deployment), *order.findings(deployment))
    return [finding.text for finding in found if finding.level == "fault"]


def test_the_tree_can_be_created_and_deleted() -> None:
    assert _faults() == []


def test_a_queue_whose_policy_lacks_the_bus_is_found(edited: Templates) -> None:
    (statement,) = _resource(edited, "QueuesFromBus")["Properties"]["PolicyDocument"]["Statement"]
    statement["Resource"] = statement["Resource"][1:]

    (fault,) = _faults(edited)

    assert fault.startswith("events.amazonaws.com may not sqs:SendMessage on CrmQueue for CrmQueueRule")


def test_a_schedule_without_its_permission_is_found(edited: Templates) -> None:
    del edited[WORKERS]["Resources"]["WorkersSweepOutboxEveryMinutePermission"]

    (fault,) = _faults(edited)

    assert "may not lambda:InvokeFunction on WorkersSweepOutbox" in fault


def test_a_notification_that_does_not_wait_for_its_queue_policy_is_found(edited: Templates) -> None:
    del _resource(edited, "UploadsBucket")["DependsOn"]

    (fault,) = _faults(edited)

    assert fault.startswith("UploadsBucket may be created before ImportQueueFromUploads")
    assert fault.endswith("add DependsOn: ImportQueueFromUploads")


def test_a_stage_with_an_access_log_waits_for_the_setting_of_the_account(edited: Templates) -> None:
    edited[MAIN]["Resources"]["LogAccount"] = {"Type": "AWS::ApiGateway::Account", "Properties": {}}
    stage = _resource(edited, "ApiapiStage")
    stage["Properties"]["AccessLogSetting"] = {"DestinationArn": {"Fn::GetAtt": "EndpointLogs.Arn"}}

    (fault,) = _faults(edited)

    assert fault.startswith("ApiapiStage may be created before LogAccount")
    stage["DependsOn"] = "LogAccount"
    assert _faults(edited) == []


def test_a_mapping_waits_for_a_policy_that_is_a_resource_of_its_own(edited: Templates) -> None:
    edited[WORKERS]["Resources"]["ReadQueue"] = {
        "Type": "AWS::IAM::Policy",
        "Properties": {"Roles": [{"Ref": "WorkersClassifyCallRole"}], "PolicyDocument": {"Statement": []}},
    }

    (fault,) = _faults(edited)

    assert fault.startswith("WorkersClassifyCallQueue may be created before ReadQueue")


def test_a_cycle_is_found_with_its_resources(edited: Templates) -> None:
    statement = _resource(edited, "ImportQueueFromUploads")["Properties"]["PolicyDocument"]["Statement"][0]
    statement["Condition"] = {"ArnLike": {"aws:SourceArn": {"Fn::GetAtt": ["UploadsBucket", "Arn"]}}}

    found = [finding.text for finding in order.findings(_deployment(edited)) if finding.level == "fault"]

    assert len(found) == 1
    assert "UploadsBucket needs ImportQueueFromUploads" in found[0]


def test_a_condition_counts_the_references_of_its_branch_only(edited: Templates) -> None:
    function = _resource(edited, "HealthGet")
    own = {"Fn::GetAtt": "HealthGet.Arn"}
    function["Properties"]["Description"] = {"Fn::If": ["IsProduction", "", own]}
    assert _faults(edited) == []

    function["Properties"]["Description"] = {"Fn::If": ["IsProduction", own, ""]}
    assert "HealthGet needs HealthGet" in _faults(edited)[0]


def test_a_bucket_that_blocks_the_deletion_is_found(edited: Templates) -> None:
    del _resource(edited, "RecordingsBucket")["DeletionPolicy"]
    del _resource(edited, "StateTable")["DeletionPolicy"]

    faults = _faults(edited)

    assert [fault.partition(" is ")[0] for fault in faults] == ["StateTable", "RecordingsBucket"]


# ---------------------------------------------------------------- costs and what remains


def test_the_idle_price_follows_the_resources(edited: Templates) -> None:
    def price(deployment: Deployment) -> float:
        return sum(cost.dollars for cost in costs.idle(deployment))

    before = price(_deployment())
    edited[MAIN]["Resources"]["Key"] = {
        "Type": "AWS::KMS::Key",
        "Properties": {"KeyPolicy": {"Statement": []}},
    }

    assert price(_deployment(edited)) == pytest.approx(before + 1.00)


def test_the_guide_names_what_only_aws_can_answer_with_a_command_each() -> None:
    rows = only_aws()

    assert len(rows) >= 5
    assert all(question and command for question, command in rows)
