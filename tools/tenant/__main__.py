"""Create a tenant, or raise the rate limit of its keys. Needs AWS credentials with write access to the stack's two
tables."""

import argparse
import os
import sys
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "shared"))

from eal.core import clock, ids
from eal.core.caller import system
from eal.core.errors import NotFound
from eal.domain.api_keys.model import MAX_REQUESTS_PER_MINUTE
from eal.domain.organizations import founding
from eal.domain.organizations import store as organizations

OUTPUTS = {"STATE_TABLE": "StateTableName", "ACCESS_TABLE": "AccessTableName"}


def create(name: str, parent: str | None) -> None:
    """A new organization; prints its first admin key.

    Raises: NotFound for an unknown parent.
    """
    by = system("operator", ids.new("org", clock.now()), ids.new("req", clock.now()))
    organization, _, key = founding.create(name, by, parent_organization_id=parent)
    by.transaction.commit()
    print(f"organization    {organization.id}")
    print(f"live admin key  {key}  (shown only once)")


def limit(organization_id: str, max_requests_per_minute: int) -> None:
    """Change the highest rate limit that the organization can give a key.

    Raises: NotFound.
    """
    by = system("operator", organization_id, ids.new("req", clock.now()))
    organization = organizations.limit_keys(max_requests_per_minute, by)
    by.transaction.commit()
    print(f"organization    {organization.id}")
    print(f"limit of a key  {organization.max_requests_per_minute} requests a minute")


def _requests_per_minute(text: str) -> int:
    if not 1 <= (value := int(text)) <= MAX_REQUESTS_PER_MINUTE:
        raise argparse.ArgumentTypeError(f"must be 1 to {MAX_REQUESTS_PER_MINUTE}")
    return value


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.tenant", description=__doc__)
    parser.add_argument("--stack", required=True, help="the name of the CloudFormation stack")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--name", help="create an organization with this name")
    what.add_argument("--organization", help="the id of an organization to change")
    parser.add_argument("--parent", help="the id of a new organization's parent")
    parser.add_argument(
        "--max-requests-per-minute",
        type=_requests_per_minute,
        help="the highest rate limit that the organization can give a key",
    )
    arguments = parser.parse_args()
    if arguments.name and arguments.max_requests_per_minute:
        parser.error("--max-requests-per-minute needs --organization")
    if arguments.organization and (arguments.parent or not arguments.max_requests_per_minute):
        parser.error("--organization needs --max-requests-per-minute, and nothing else")
    return arguments


def main() -> int:
    arguments = _arguments()
    stack = boto3.client("cloudformation").describe_stacks(StackName=arguments.stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    os.environ |= {name: outputs[output] for name, output in OUTPUTS.items()}
    os.environ.setdefault("EAL_SDK", "botocore")  # only botocore finds credentials outside the environment
    os.environ["AUDIT_TABLE_DAYS"] = parameters["AuditTableDays"]
    try:
        if arguments.name:
            create(arguments.name, arguments.parent)
        else:
            limit(arguments.organization, arguments.max_requests_per_minute)
    except NotFound as unknown:
        sys.exit(unknown.message)
    return 0


if __name__ == "__main__":
    sys.exit(main())
