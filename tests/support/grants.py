"""The calls to AWS of tests, as IAM judges them, and those that a function's role does not allow. The emulators do not
check permissions."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from eal.core import aws
from eal.core.aws.s3_client import S3Client
from tests.support import partiql
from tests.support.aws import (
    ACCESS,
    AUDIT_BUCKET,
    INBOUND_BUCKET,
    PHOTOS_BUCKET,
    RECORDINGS_BUCKET,
    SCHEDULES,
    STATE,
    UPLOADS_BUCKET,
)
from tools.preflight.deployment import Deployment, templates
from tools.rehearse.calls import AwsCall
from tools.rehearse.grants import Roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    SCHEDULES: "Schedules",
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
OF_BUCKET = ("ListBucket",)
"""S3 actions whose resource is the bucket and not an object."""

KEYS = {"Sign": "SigningKey", "GetPublicKey": "SigningKey"}
"""The KMS keys of operations of which the stack has one."""
MAC_KEYS = {"alias/mac": "MacKey", "alias/cursor": "CursorKey"}

ONLY = {"events": "Bus", "secretsmanager": "DashboardClientSecret", "cognito-idp": "UserPool"}
"""The resource of services of which the stack has one."""

LEADING_KEYS = "dynamodb:LeadingKeys"
_RANDOM = re.compile(r"[0-9a-z]{26}|[0-9a-f]{32,}|[A-Za-z0-9_-]{43}|\d{4}-\d\d-\d\d|\d{6,}")
"""Parts of keys that differ between runs: ids, hashes, tokens and dates."""


@contextmanager
def recorded_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[AwsCall]]:
    """The calls to AWS in this block, and those that a presigned URL of this block allows its holder."""
    found: set[AwsCall] = set()
    send, presign = aws.Client.call, S3Client.generate_presigned_url

    def recorded(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        found.update(calls_of(client.service, operation, arguments))
        return send(client, operation, arguments)

    def presigned(client: S3Client, method: str, Params: dict[str, Any], ExpiresIn: int) -> str:
        operation = {"put_object": "PutObject", "get_object": "GetObject"}[method]
        found.update(calls_of("s3", operation, Params))
        return presign(client, method, Params, ExpiresIn)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", recorded)
        patch.setattr(S3Client, "generate_presigned_url", presigned)
        yield found


def calls_of(service: str, operation: str, arguments: dict[str, Any]) -> list[AwsCall]:
    match service:
        case "dynamodb":
            return _dynamodb(operation, arguments)
        case "s3":
            return _s3(OBJECTS.get(operation, operation), arguments)
        case "sqs":
            return [_call(f"sqs:{operation.removesuffix('Batch')}", arguments["QueueUrl"].rsplit("/", 1)[1])]
        case "kms":
            encryption = arguments.get("EncryptionContext", {})
            key = "SecretsKey" if encryption else KEYS.get(operation) or MAC_KEYS[arguments["KeyId"]]
            context = {f"kms:EncryptionContext:{name}": [value] for name, value in encryption.items()}
            return [_call(f"kms:{operation}", key, context)]
        case "bedrock-runtime":  # on the profile, and through it on the model
            return [_call("bedrock:InvokeModel", name) for name in ("BedrockProfile", "BedrockModel")]
        case "events" | "secretsmanager" | "cognito-idp":
            return [_call(f"{service}:{operation}", ONLY[service])]
        case "scheduler":
            return _scheduler(operation, arguments)
        case _:
            raise AssertionError(f"{service} {operation}: add what it needs to this function")


def _call(action: str, resource: str, context: dict[str, list[str]] | None = None) -> AwsCall:
    named = sorted((context or {}).items())
    values = tuple((key, tuple(_RANDOM.sub("0", value) for value in found)) for key, found in named)
    return AwsCall(action, _RANDOM.sub("0", resource), values)


def _dynamodb(operation: str, arguments: dict[str, Any]) -> list[AwsCall]:
    """DynamoDB checks the actions of the parts of a transaction, and of a batch only its own."""
    match operation:
        case "TransactWriteItems" | "TransactGetItems":
            return [
                _item_call(TRANSACTED[kind], request["TableName"], request.get("Key") or request["Item"])
                for item in arguments["TransactItems"]
                for kind, request in item.items()
            ]
        case "BatchExecuteStatement":
            updates = [partiql.update_of(statement) for statement in arguments["Statements"]]
            return [_item_call("PartiQLUpdate", update["TableName"], update["Key"]) for update in updates]
        case "BatchGetItem":
            items = [(table, key) for table, of in arguments["RequestItems"].items() for key in of["Keys"]]
            return [_item_call(operation, table, key) for table, key in items]
        case "BatchWriteItem":
            requests = [(table, each) for table, of in arguments["RequestItems"].items() for each in of]
            return [_item_call(operation, table, _key_of(request)) for table, request in requests]
        case _:
            index = arguments.get("IndexName")
            table = NAMES[arguments["TableName"]] + (f"/index/{index}" if index else "")
            item = arguments.get("Key") or arguments.get("Item")
            return [_call(f"dynamodb:{operation}", table, {LEADING_KEYS: [item["pk"]["S"]]} if item else {})]


def _item_call(operation: str, table: str, item: dict[str, Any]) -> AwsCall:
    return _call(f"dynamodb:{operation}", NAMES[table], {LEADING_KEYS: [item["pk"]["S"]]})


def _key_of(request: dict[str, Any]) -> dict[str, Any]:
    """The key of a request of a BatchWriteItem, with what else its item has."""
    return request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]  # type: ignore[no-any-return]


def _s3(action: str, arguments: dict[str, Any]) -> list[AwsCall]:
    bucket = NAMES[arguments["Bucket"]]
    if action in OF_BUCKET:
        return [_call(f"s3:{action}", bucket, {"s3:prefix": [arguments.get("Prefix", "")]})]
    deleted = [each["Key"] for each in arguments.get("Delete", {}).get("Objects", [])]
    actions = [action, *(["PutObjectRetention"] if "ObjectLockMode" in arguments else [])]
    return [
        _call(f"s3:{name}", f"{bucket}/{key}") for name in actions for key in deleted or [arguments["Key"]]
    ]


def _scheduler(operation: str, arguments: dict[str, Any]) -> list[AwsCall]:
    """With what Scheduler does later, by the role that it is passed."""
    target = arguments["Target"]
    role = NAMES[target["RoleArn"].rsplit("/", 1)[1]]
    dead = [target["DeadLetterConfig"]["Arn"]] if "DeadLetterConfig" in target else []
    targets = [arn.rsplit(":", 1)[1] for arn in (target["Arn"], *dead)]
    return [
        _call(
            f"scheduler:{operation}",
            f"{NAMES[arguments['GroupName']]}/{arguments['Name']}",
            {"role": [role], "targets": targets},
        ),
        _call("iam:PassRole", role, {"iam:PassedToService": ["scheduler.amazonaws.com"]}),
    ]


@cache
def roles() -> Roles:
    return Roles(Deployment(templates()))


def refused(folder: str, calls: Iterable[AwsCall]) -> list[str]:
    """The calls that the role of the function in functions/<folder> does not allow."""
    return roles().refused(folder, calls)
