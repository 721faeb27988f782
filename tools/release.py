"""Let CloudFormation roll a release back if alarms fire. Needs AWS credentials that may update the stack.

python -m tools.release guard    set the alarms that roll an update of the stack back, and how long they are watched
python -m tools.release alarms   list the alarms of the stack that are in ALARM; ends with status 1 if there are any
"""

from __future__ import annotations

import argparse
import sys
from itertools import batched
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

from tools.stack.resources import resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudformation import CloudFormationClient

WATCHED = {"errors": "ErrorsAlarm", "dead-letters": "DeadAlarm"}
"""The composite alarms that guard a release, and the end of the logical ids of the alarms in each.

A stack has at most five rollback triggers (CloudFormation's API reference, "RollbackConfiguration"), and over 40 alarms
have one of these endings. Two composite alarms, so that an old dead letter does not hide new errors.
"""
DEFAULT_MINUTES = 15
MAX_MINUTES = 180
"""Maximum of MonitoringTimeInMinutes."""
_MAX_NAMES = 100
"""Maximum number of names in a request for alarms."""


# CloudWatch's client has no type here, because its stubs are not installed.


class Firing(NamedTuple):
    name: str
    reason: str


def firing(cloudwatch: Any, names: list[str]) -> list[Firing]:
    """The alarms that are in ALARM."""
    return [
        Firing(alarm["AlarmName"], alarm.get("StateReason", ""))
        for some in batched(names, _MAX_NAMES, strict=False)
        for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmNames=list(some))
        for alarm in page["MetricAlarms"]
        if alarm["StateValue"] == "ALARM"
    ]


def guard(
    cloudformation: CloudFormationClient,
    cloudwatch: Any,
    stack: str,
    alarms: Mapping[str, str],
    minutes: int,
) -> None:
    """Create or update the composite alarms, and make them the rollback triggers of the stack.

    CloudFormation keeps the triggers for later updates, and `sam deploy` sends none of its own.

    Raises: SystemExit if CloudFormation refuses an update that changes nothing else.
    """
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    arns = []
    for name, ending in WATCHED.items():
        children = sorted(alarms[key] for key in alarms if key.endswith(ending))
        cloudwatch.put_composite_alarm(
            AlarmName=f"{stack}-{name}",
            AlarmDescription="Rolls a release back (tools.release). Notifies nobody, because its alarms do.",
            AlarmRule=" OR ".join(f'ALARM("{child}")' for child in children),
            ActionsEnabled=False,
        )
        _, partition, _, region, account, *_ = described["StackId"].split(":")
        arns.append(f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{stack}-{name}")
    try:
        cloudformation.update_stack(
            StackName=stack,
            UsePreviousTemplate=True,
            Parameters=[
                {"ParameterKey": parameter["ParameterKey"], "UsePreviousValue": True}
                for parameter in described.get("Parameters", [])
            ],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            RollbackConfiguration={
                "MonitoringTimeInMinutes": minutes,
                "RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::CompositeAlarm"} for arn in arns],
            },
        )
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        raise SystemExit(
            "release: CloudFormation refuses an update that changes nothing else. Choose the two alarms in the console "
            f"with the next change set, under rollback configuration: {', '.join(arns)}"
        ) from error


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.release",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("guard", "alarms"))
    parser.add_argument("--stack", default="eal", help="the name of the CloudFormation stack")
    parser.add_argument("--endpoint-url", help="the endpoint of the local stack, instead of AWS")
    parser.add_argument(
        "--minutes",
        type=int,
        choices=range(MAX_MINUTES + 1),
        metavar=f"0…{MAX_MINUTES}",
        default=DEFAULT_MINUTES,
        help=f"how long the alarms are watched after an update (default {DEFAULT_MINUTES})",
    )
    arguments = parser.parse_args()
    cloudformation = boto3.client("cloudformation", endpoint_url=arguments.endpoint_url)
    cloudwatch = boto3.client("cloudwatch", endpoint_url=arguments.endpoint_url)
    alarms = resources(cloudformation, arguments.stack, "AWS::CloudWatch::Alarm")
    found = firing(cloudwatch, sorted(alarms.values()))
    for alarm in found:
        print(f"{alarm.name}  {alarm.reason}")
    print(f"{len(found)} of {len(alarms)} alarms are in ALARM")
    if arguments.command == "alarms":
        return int(bool(found))
    guard(cloudformation, cloudwatch, arguments.stack, alarms, arguments.minutes)
    print(
        f"the stack is updated, and its alarms are then watched for {arguments.minutes} minutes. Wait for the end: "
        f"aws cloudformation wait stack-update-complete --stack-name {arguments.stack}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
