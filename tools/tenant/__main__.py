"""Create a tenant, or change its limits. Needs AWS credentials with write access to the stack's two tables."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "shared"))

from eal.core import clock, ids
from eal.core.caller import system
from eal.core.errors import Conflict, NotFound
from eal.domain.api_keys.model import MAX_REQUESTS_PER_MINUTE
from eal.domain.families import store as families
from eal.domain.families.model import MAX_BUDGET_CENTS, MAX_CHILDREN, MAX_KEYS, FamilyLimits
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
    print(f"limit of a key     {organization.max_requests_per_minute} requests a minute")


def allow_children(organization_id: str) -> None:
    """Let a child have children.

    Raises: NotFound.
    """
    by = system("operator", organization_id, ids.new("req", clock.now()))
    organizations.allow_children(by)
    by.transaction.commit()
    print("children           allowed")


def limit_family(organization_id: str, limits: FamilyLimits) -> None:
    """Change the limits of a topmost organization and all below it.

    Raises: NotFound; Conflict for an organization that has a parent.
    """
    by = system("operator", organization_id, ids.new("req", clock.now()))
    changed = families.limit(limits, by)
    by.transaction.commit()
    most = changed.most("")
    print(f"children           {changed.numbers.children} of {most.children}")
    print(f"live keys          {changed.numbers.live_keys} of {most.live_keys}")
    print(f"test keys          {changed.numbers.test_keys} of {most.test_keys}")
    print(f"monthly AI budget  {changed.numbers.ai_budget_cents} of {most.ai_budget_cents} cents")


def _up_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not 1 <= (value := int(text)) <= most:
            raise argparse.ArgumentTypeError(f"must be 1 to {most}")
        return value

    return number


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.tenant", description=__doc__)
    parser.add_argument("--stack", required=True, help="the name of the CloudFormation stack")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--name", help="create an organization with this name")
    what.add_argument("--organization", help="the id of an organization to change")
    parser.add_argument("--parent", help="the id of a new organization's parent")
    parser.add_argument(
        "--max-requests-per-minute",
        type=_up_to(MAX_REQUESTS_PER_MINUTE),
        help="the highest rate limit that the organization can give a key",
    )
    parser.add_argument("--allow-children", action="store_true", help="let a child have children")
    parser.add_argument(
        "--max-children", type=_up_to(MAX_CHILDREN), help="children of the organization's family"
    )
    parser.add_argument(
        "--max-keys", type=_up_to(MAX_KEYS), help="API keys of each mode of the organization's family"
    )
    parser.add_argument(
        "--max-ai-budget-cents",
        type=_up_to(MAX_BUDGET_CENTS),
        help="the monthly AI budgets of the organization's family",
    )
    arguments = parser.parse_args()
    changes = any(
        (
            arguments.max_requests_per_minute,
            arguments.allow_children,
            arguments.max_children,
            arguments.max_keys,
            arguments.max_ai_budget_cents,
        )
    )
    if arguments.name and changes:
        parser.error("limits need --organization")
    if arguments.organization and (arguments.parent or not changes):
        parser.error("--organization needs a limit to change, and no --parent")
    return arguments


def _change(arguments: argparse.Namespace) -> None:
    print(f"organization       {arguments.organization}")
    if arguments.max_requests_per_minute:
        limit(arguments.organization, arguments.max_requests_per_minute)
    if arguments.allow_children:
        allow_children(arguments.organization)
    limits = FamilyLimits(
        max_children=arguments.max_children,
        max_keys=arguments.max_keys,
        max_ai_budget_cents=arguments.max_ai_budget_cents,
    )
    if limits != FamilyLimits():
        limit_family(arguments.organization, limits)


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
            _change(arguments)
    except (NotFound, Conflict) as refused:
        sys.exit(refused.message)
    return 0


if __name__ == "__main__":
    sys.exit(main())
