"""The resources of a deployed stack and its nested stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

NESTED = "AWS::CloudFormation::Stack"


def resources(client: CloudFormationClient, stack: str, kind: str = "") -> dict[str, str]:
    """Physical ids by logical id, of all resources or of one type.

    `stack` is a name or an ARN. Logical ids are unique across nested stacks (checked by tests/structure).
    """
    physical_ids: dict[str, str] = {}
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            physical_id = resource["PhysicalResourceId"]
            if kind in ("", resource["ResourceType"]):
                physical_ids[resource["LogicalResourceId"]] = physical_id
            if resource["ResourceType"] == NESTED:
                physical_ids |= resources(client, physical_id, kind)
    return physical_ids
