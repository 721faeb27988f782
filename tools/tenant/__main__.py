"""Create the first tenant of a stack. Needs AWS credentials with write access to the stack's two tables."""

import argparse
import os
import sys
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "shared"))

from eal.core import clock, ids
from eal.core.caller import system
from eal.domain.organizations import store as organizations

OUTPUTS = {"STATE_TABLE": "StateTableName", "ACCESS_TABLE": "AccessTableName"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.tenant", description=__doc__)
    parser.add_argument("--stack", required=True, help="the name of the CloudFormation stack")
    parser.add_argument("--name", required=True, help="the name of the organization")
    parser.add_argument("--parent", help="the id of the parent organization")
    arguments = parser.parse_args()
    stack = boto3.client("cloudformation").describe_stacks(StackName=arguments.stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    os.environ |= {name: outputs[output] for name, output in OUTPUTS.items()}
    os.environ["AUDIT_RETENTION_DAYS"] = parameters["AuditRetentionDays"]

    by = system("operator", ids.new("org", clock.now()), ids.new("req", clock.now()))
    organization, _, key = organizations.create(arguments.name, by, parent_organization_id=arguments.parent)
    by.transaction.commit()
    print(f"organization    {organization.id}")
    print(f"live admin key  {key}  (shown only once)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
