"""The operator's way to a first tenant: it needs credentials that may write the stack's two tables."""

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
    parser.add_argument("--stack", required=True, help="the CloudFormation stack's name")
    parser.add_argument("--name", required=True, help="the organization's name")
    parser.add_argument("--parent", help="the id of the organization above it")
    chosen = parser.parse_args()
    stack = boto3.client("cloudformation").describe_stacks(StackName=chosen.stack)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    os.environ |= {name: outputs[output] for name, output in OUTPUTS.items()}
    os.environ["AUDIT_RETENTION_DAYS"] = parameters["AuditRetentionDays"]

    by = system("operator", ids.new("org", clock.now()), ids.new("req", clock.now()))
    organization, _, key = organizations.create(chosen.name, by, parent_organization_id=chosen.parent)
    by.transaction.commit()
    print(f"organization    {organization.id}")
    print(f"live admin key  {key}  (shown this once)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
