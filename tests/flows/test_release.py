"""tools.release: the alarms that roll a release back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from tools import release
from tools.fixtures.template import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_cloudformation import CloudFormationClient

STACK = "released"
ALARMS = {
    # As long as CloudFormation makes a name in a nested stack.
    name: f"eal-production-Workers-1A2B3C4D5E6F7-{name}-7F6E5D4C3B2A"
    for name in sorted(resources("AWS::CloudWatch::Alarm"))
}
MAX_RULE_CHARACTERS = 10_240
"""Maximum length of a rule (CloudWatch's API reference, "PutCompositeAlarm")."""
MAX_CHILDREN = 100
"""Maximum number of alarms in a rule (CloudWatch's user guide, "Composite alarms")."""


@pytest.fixture
def cloudwatch(cloud: None) -> Iterator[Any]:
    """CloudWatch with the alarms of the templates. They are in no stack, because moto creates none from a template."""
    client = boto3.client("cloudwatch")
    for name in ALARMS.values():
        client.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/Lambda",
            MetricName="Errors",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Threshold=0,
        )
    yield client
    client.delete_alarms(AlarmNames=list(ALARMS.values()))


@pytest.fixture
def cloudformation(cloud: None) -> Iterator[CloudFormationClient]:
    """CloudFormation with a stack that has a parameter."""
    client = boto3.client("cloudformation")
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Stage"}}}},
    }
    client.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": "production"}],
    )
    yield client
    client.delete_stack(StackName=STACK)


@pytest.fixture
def updates(cloudformation: CloudFormationClient) -> list[dict[str, Any]]:
    """The parameters of each update of a stack, which is accepted. Moto ignores the rollback configuration, and
    rejects an update of nothing else."""
    sent: list[dict[str, Any]] = []
    events: Any = cloudformation.meta.events  # the stubs know no handler that returns a response
    events.register(
        "provide-client-params.cloudformation.UpdateStack", lambda params, **_: sent.append(dict(params))
    )
    events.register("before-call.cloudformation.UpdateStack", _accept)
    return sent


@pytest.fixture
def composites(cloudwatch: Any) -> dict[str, dict[str, Any]]:
    """The composite alarms that were put, by name, because moto has none."""
    put: dict[str, dict[str, Any]] = {}
    cloudwatch.meta.events.register(
        "provide-client-params.cloudwatch.PutCompositeAlarm",
        lambda params, **_: put.update({params["AlarmName"]: dict(params)}),
    )
    cloudwatch.meta.events.register("before-call.cloudwatch.PutCompositeAlarm", _accept)
    return put


def _accept(**_: object) -> tuple[AWSResponse, dict[str, object]]:
    return AWSResponse("", 200, HTTPHeaders(), None), {}


def test_a_stack_is_rolled_back_on_errors_and_on_dead_letters(
    cloudformation: CloudFormationClient,
    cloudwatch: Any,
    composites: dict[str, dict[str, Any]],
    updates: list[dict[str, Any]],
) -> None:
    release.guard(cloudformation, cloudwatch, STACK, ALARMS, minutes=20)

    (update,) = updates
    prefix = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"
    assert list(composites) == [f"{STACK}-errors", f"{STACK}-dead-letters"]
    assert update["RollbackConfiguration"] == {
        "MonitoringTimeInMinutes": 20,
        "RollbackTriggers": [
            {"Arn": f"{prefix}:{name}", "Type": "AWS::CloudWatch::CompositeAlarm"} for name in composites
        ],
    }


def test_an_update_of_the_triggers_changes_neither_template_nor_parameters(
    cloudformation: CloudFormationClient,
    cloudwatch: Any,
    composites: dict[str, dict[str, Any]],
    updates: list[dict[str, Any]],
) -> None:
    release.guard(cloudformation, cloudwatch, STACK, ALARMS, minutes=20)

    assert updates[0]["UsePreviousTemplate"] is True
    assert updates[0]["Parameters"] == [{"ParameterKey": "Stage", "UsePreviousValue": True}]
    assert "TemplateBody" not in updates[0]


def test_the_rules_have_every_alarm_within_the_limits_of_cloudwatch(
    cloudformation: CloudFormationClient,
    cloudwatch: Any,
    composites: dict[str, dict[str, Any]],
    updates: list[dict[str, Any]],
) -> None:
    release.guard(cloudformation, cloudwatch, STACK, ALARMS, minutes=20)

    rules = {name: alarm["AlarmRule"] for name, alarm in composites.items()}
    for name, ending in release.WATCHED.items():
        expected = [physical for logical, physical in ALARMS.items() if logical.endswith(ending)]
        assert rules[f"{STACK}-{name}"] == " OR ".join(f'ALARM("{physical}")' for physical in expected)
        assert len(expected) <= MAX_CHILDREN
        assert len(rules[f"{STACK}-{name}"]) <= MAX_RULE_CHARACTERS


def test_every_alarm_on_5xx_or_dead_letters_guards_releases() -> None:
    watched = {
        name: properties["MetricName"]
        for name, properties in resources("AWS::CloudWatch::Alarm").items()
        if name.endswith(tuple(release.WATCHED.values()))
    }
    expected = {
        name
        for name, properties in resources("AWS::CloudWatch::Alarm").items()
        if properties.get("MetricName")
        in ("5XXError", "5xx", "Errors", "Url5xxCount", "ApproximateNumberOfMessagesVisible")
    }

    assert watched.keys() == expected
    assert "ServerErrorsAlarm" in watched


def test_alarms_are_listed_with_their_reason(cloudwatch: Any) -> None:
    assert release.firing(cloudwatch, sorted(ALARMS.values())) == []
    name = ALARMS["ServerErrorsAlarm"]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="7 responses")

    assert release.firing(cloudwatch, sorted(ALARMS.values())) == [(name, "7 responses")]


def test_an_update_that_cloudformation_refuses_as_empty_names_the_alarms(
    cloudformation: CloudFormationClient, cloudwatch: Any, composites: dict[str, dict[str, Any]]
) -> None:
    with pytest.raises(SystemExit, match=rf"with the next change set.*:alarm:{STACK}-errors"):
        release.guard(cloudformation, cloudwatch, STACK, ALARMS, minutes=15)
