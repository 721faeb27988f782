"""Take the data of tenants back to a moment. Needs AWS credentials that may read the copy and write the State table.

docs/operations.md has the procedure, of which this command is one step. Without --write, it only counts.
"""

import argparse
import os
import sys
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "shared"))

from eal.core import clock
from tools.restore.tables import Restore

OUTPUTS = {"STATE_TABLE": "StateTableName", "ACCESS_TABLE": "AccessTableName"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.restore", description=__doc__)
    parser.add_argument("--stack", default="eal", help="the name of the CloudFormation stack")
    parser.add_argument("--copy", required=True, help="the table that DynamoDB restored to the moment")
    parser.add_argument("--moment", required=True, help="the moment, such as 2026-11-26T09:00:00Z")
    parser.add_argument("--organization", help="only this organization, instead of all")
    parser.add_argument(
        "--segments", type=int, default=8, help="how many parts of the tables to read at once"
    )
    parser.add_argument(
        "--write", action="store_true", help="carry the changes out, instead of counting them"
    )
    arguments = parser.parse_args()
    stack = boto3.client("cloudformation").describe_stacks(StackName=arguments.stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    os.environ |= {name: outputs[output] for name, output in OUTPUTS.items()}
    os.environ.setdefault("EAL_SDK", "botocore")  # only botocore finds credentials outside the environment
    os.environ["AUDIT_TABLE_DAYS"] = parameters["AuditTableDays"]

    result = Restore(
        copy=arguments.copy,
        moment=clock.parse(arguments.moment),
        organization_id=arguments.organization,
        writes=arguments.write,
        segments=arguments.segments,
    ).run()

    for tenant, changes in sorted(result.changes.items()):
        print(f"{tenant.organization_id} {tenant.mode}")
        for change, count in sorted(changes.items()):
            print(f"  {count:8} {change}")
    print(f"erased since the moment, {'erased again' if arguments.write else 'to be erased again'}:")
    for erasure in sorted(result.erasures):
        print(f"  {erasure.tenant.organization_id} {erasure.tenant.mode} {erasure.resource_id}")
    count = sum(map(len, result.pointers.values()))
    print(f"events and tasks {'published' if arguments.write else 'to be published'} again: {count}")
    if not arguments.write:
        print("nothing was written: repeat the command with --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
