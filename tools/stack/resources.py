"""What a deployed stack is made of, its nested stacks included."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

NESTED = "AWS::CloudFormation::Stack"


def resources(client: CloudFormationClient, stack: str, kind: str = "") -> dict[str, str]:
    """Logical id to physical id, of all resources or of one type.

    `stack` is a name or an ARN. A logical id names one resource: no nested stack repeats one (tests/structure).
    """
    found: dict[str, str] = {}
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
        for one in page["StackResourceSummaries"]:
            physical = one["PhysicalResourceId"]
            if kind in ("", one["ResourceType"]):
                found[one["LogicalResourceId"]] = physical
            if one["ResourceType"] == NESTED:
                found |= resources(client, physical, kind)
    return found
