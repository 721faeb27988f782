"""Permissions that a call to AWS needs, and those that a function's role allows. The emulators do not check
permissions."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from eal.core import aws
from tests.support.aws import (
    ACCESS,
    AUDIT_BUCKET,
    INBOUND_BUCKET,
    PHOTOS_BUCKET,
    RECORDINGS_BUCKET,
    STATE,
    UPLOADS_BUCKET,
)
from tools.fixtures.template import functions, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

NAMES = {
    STATE: "StateTable",
    ACCESS: "AccessTable",
    INBOUND_BUCKET: "InboundBucket",
    AUDIT_BUCKET: "AuditBucket",
    UPLOADS_BUCKET: "UploadsBucket",
    RECORDINGS_BUCKET: "RecordingsBucket",
    PHOTOS_BUCKET: "PhotosBucket",
    "schedules": "SchedulesRole",
}
TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "ConditionCheck": "ConditionCheckItem",
}

OBJECTS = {
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "DeleteObjects": "DeleteObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
}
"""S3 operations whose IAM action has another name."""

KEYS = {"Sign": "SigningKey", "GetPublicKey": "SigningKey"}
"""The KMS keys of operations of which the stack has one."""
MAC_KEYS = {"alias/mac": "MacKey", "alias/cursor": "CursorKey"}

ONLY = {"events": "Bus", "secretsmanager": "DashboardClientSecret", "cognito-idp": "UserPool"}
"""The resource of services of which the stack has one."""

type Need = tuple[str, str]
"""An IAM action and the logical id of its resource, with `/index` for the query of an index, with the kind of keys for
an item of the Access table, and with the purpose for an encrypted secret."""


@contextmanager
def recorded_needs(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Need]]:
    """The permissions that the calls to AWS in this block need."""
    found: set[Need] = set()
    send = aws.Client.call

    def recorded(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        found.update(needs_of(client.service, operation, arguments))
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", recorded)
        yield found


def needs_of(service: str, operation: str, arguments: dict[str, Any]) -> list[Need]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return [
            (
                f"dynamodb:{TRANSACTED[kind]}",
                _table(request["TableName"], request.get("Key") or request["Item"]),
            )
            for item in arguments["TransactItems"]
            for kind, request in item.items()
        ]
    if operation.startswith("Batch"):
        return _needs_of_batch(operation, arguments)
    match service:
        case "dynamodb":
            index = "/index" if "IndexName" in arguments else ""
            item = arguments.get("Key") or arguments.get("Item") or {}
            return [(f"dynamodb:{operation}", _table(arguments["TableName"], item) + index)]
        case "s3":
            actions = [OBJECTS.get(operation, operation)]
            actions += ["PutObjectRetention"] if "ObjectLockMode" in arguments else []
            return [(f"s3:{action}", NAMES[arguments["Bucket"]]) for action in actions]
        case "sqs":
            return [("sqs:SendMessage", arguments["QueueUrl"].rsplit("/", 1)[1])]
        case "kms":
            purpose = arguments.get("EncryptionContext", {}).get("purpose")
            key = f"SecretsKey/{purpose}" if purpose else KEYS.get(operation) or MAC_KEYS[arguments["KeyId"]]
            return [(f"kms:{operation}", key)]
        case "bedrock-runtime":  # on the profile, and through it on the model
            return [("bedrock:InvokeModel", "BedrockProfile"), ("bedrock:InvokeModel", "BedrockModel")]
        case "events" | "secretsmanager" | "cognito-idp":
            return [(f"{service}:{operation}", ONLY[service])]
        case "scheduler":
            role = arguments["Target"]["RoleArn"].rsplit("/", 1)[1]
            return [(f"scheduler:{operation}", "Schedules"), ("iam:PassRole", NAMES[role])]
        case _:
            raise AssertionError(f"{service} {operation}: add what it needs to this function")


def _needs_of_batch(operation: str, arguments: dict[str, Any]) -> list[Need]:
    if operation == "BatchExecuteStatement":
        tables = [
            statement["Statement"].removeprefix('UPDATE "').partition('"')[0]
            for statement in arguments["Statements"]
        ]
        return [("dynamodb:PartiQLUpdate", NAMES[table]) for table in tables]
    keys = [
        (table, key)
        for table, requests in arguments["RequestItems"].items()
        # Of writes, DynamoDB checks the action of the batch only.
        for key in (
            requests["Keys"] if operation == "BatchGetItem" else [_key_of(request) for request in requests]
        )
    ]
    return [(f"dynamodb:{operation}", _table(table, key)) for table, key in keys]


def _key_of(request: dict[str, Any]) -> dict[str, Any]:
    """The key of a request of a BatchWriteItem, with what else its item has."""
    return request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]  # type: ignore[no-any-return]


def _table(name: str, item: dict[str, Any]) -> str:
    """The table's logical id; with the kind of keys, as in conditions, for the Access table (`AccessTable/K#*`) and for
    the one partition of the State table to which a role is restricted (`StateTable/STATUS`).
    """
    if name == ACCESS:
        return f"AccessTable/{item['pk']['S'][:2]}*"
    return f"{NAMES[name]}/STATUS" if item.get("pk") == {"S": "STATUS"} else NAMES[name]


def granted(folder: str) -> set[Need]:
    (role,) = (
        properties["Role"]["Fn::GetAtt"].partition(".")[0]
        for properties in functions().values()
        if properties["CodeUri"] == f"functions/{folder}"
    )
    allowed: set[Need] = set()
    for policy in resources("AWS::IAM::Role")[role]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            targets = (
                statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            )
            for target in map(json.dumps, targets):
                target = re.sub(r"\$\{AWS::\w+\}", "", target)
                name = re.findall(
                    r"[A-Z][A-Za-z]+",
                    target.replace("Fn::GetAtt", "").replace("Fn::Sub", "").replace("Ref", ""),
                )[0]
                index = "/index" if "/index/" in target else ""
                condition = statement.get("Condition", {})
                narrowed = [
                    *condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", []),
                    *condition.get("StringEquals", {}).get("kms:EncryptionContext:purpose", []),
                ]
                kinds = [f"/{kind}" for kind in narrowed] or [index]
                allowed |= {(action, name + kind) for action in actions for kind in kinds}
    return allowed
