"""AWS in process (moto), with the template's tables, keys, buckets, queues and bus."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import os
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, HTTPHeaders
from moto.backends import get_backend
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.core.models import botocore_stubber
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.s3.models import FakeKey, FakeMultipart

from eal.core import aws, secrets
from eal.core.aws.connection import AwsRequest, AwsResponse, Host
from eal.core.table import page
from eal.domain.organization_settings import store as organization_settings
from tests.support import faster_encoder, faster_moto, limits, partiql
from tools.fixtures.template import resources, table_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"
STATE, ACCESS = "state", "access"
INBOUND_BUCKET, AUDIT_BUCKET, BUS = "inbound", "audit", "bus"
UPLOADS_BUCKET, RECORDINGS_BUCKET, PHOTOS_BUCKET = "uploads", "recordings", "photos"
QUEUES = {
    "callrail": "CallrailQueue",
    "resend": "ResendQueue",
    "stripe": "StripeQueue",
    "twilio": "TwilioQueue",
    "delivery": "DeliveryQueue",
    "audit": "AuditQueue",
    "slow_delivery": "SlowDeliveryQueue",
    "crm": "CrmQueue",
    "slow_crm": "SlowCrmQueue",
    "classify": "ClassifyQueue",
    "classify_reply": "ClassifyReplyQueue",
    "escalate": "EscalateQueue",
    "alert": "AlertQueue",
    "stop": "StopQueue",
    "callrail_reconciliation": "CallrailReconciliationQueue",
    "resend_reconciliation": "ResendReconciliationQueue",
    "google_business_reconciliation": "GoogleBusinessReconciliationQueue",
    "post_review_reply": "PostReviewReplyQueue",
    "checkpoint": "CheckpointQueue",
    "import": "ImportQueue",
    "export": "ExportQueue",
    "replay": "ReplayQueue",
    "recording": "RecordingQueue",
    "retention": "RetentionQueue",
    "send": "SendQueue",
    "write_email": "WriteEmailQueue",
    "write_content": "WriteContentQueue",
    "photo": "PhotoQueue",
    "publish": "PublishQueue",
    "write_bundle": "WriteBundleQueue",
    "extract_claim": "ExtractClaimQueue",
}
"""Names of queues in the settings and in the template."""
SCHEDULES = "later"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "STAGE": "local",
    "STATE_TABLE": STATE,
    "ACCESS_TABLE": ACCESS,
    "MAC_KEY": "alias/mac",
    "CURSOR_KEY": "alias/cursor",
    "BUS": BUS,
    "INBOUND_BUCKET": INBOUND_BUCKET,
    "AUDIT_BUCKET": AUDIT_BUCKET,
    "UPLOADS_BUCKET": UPLOADS_BUCKET,
    "RECORDINGS_BUCKET": RECORDINGS_BUCKET,
    "PHOTOS_BUCKET": PHOTOS_BUCKET,
    "SCHEDULES": SCHEDULES,
    "SCHEDULES_ROLE": "arn:aws:iam::123456789012:role/schedules",
    "AUDIT_RETENTION_DAYS": "2557",
    "AUDIT_TABLE_DAYS": "396",
    "AUDIT_LOCK_MODE": "GOVERNANCE",
    "RESEND_REQUESTS_PER_SECOND": "2",
    "PUBLIC_BASE_URL": "https://api.example.com",
    "DASHBOARD_URL": "https://dashboard.example.com",
    "LOGIN_URL": "https://login.example.com",
    "USER_POOL_CLIENT": "dashboardclient",
    "USER_POOL_CLIENT_SECRET": "dashboard-client-secret",
    "CALLRAIL_RECEIVER_URL": "https://receiver.example.com/",
    "RESEND_RECEIVER_URL": "https://resend.example.com/",
    "STRIPE_RECEIVER_URL": "https://stripe.example.com/",
    "TWILIO_RECEIVER_URL": "https://twilio.example.com/",
    "POWERTOOLS_METRICS_NAMESPACE": "EAL",
    "POWERTOOLS_SERVICE_NAME": "eal",
}
_send = aws.Client.call
faster_encoder.apply()
faster_moto.apply()
limits.apply()
lock = RLock()
"""Serialises calls, because moto copies items while other threads change them; AWS serialises operations on an item."""


def send_with_missing_features(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    """Adds to moto: GenerateMac of KMS, and the error for a part of an upload that does not exist. moto's documentation
    recommends this way to add operations."""
    if operation == "UploadPart":  # moto raises a KeyError; its ListParts returns the error of S3
        upload = {name: arguments[name] for name in ("Bucket", "Key", "UploadId")}
        _send(client, "ListParts", upload)
    if operation == "GenerateMac":
        message = arguments["KeyId"].encode() + arguments["Message"]
        return {"Mac": hmac.digest(b"the KMS key's own material", message, hashlib.sha256)}
    return _send(client, operation, arguments)


def _in_turn(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    if operation == "Converse":  # not moto's but a local server's, which may hang
        return _send(client, operation, arguments)
    limits.check(operation, arguments)
    with lock:
        match operation:
            case "TransactWriteItems":
                requests = [request for item in arguments["TransactItems"] for request in item.values()]
                return _all_or_nothing(client, operation, arguments, requests)
            case "UpdateItem":
                return _update(client, operation, arguments)
            case "BatchExecuteStatement":
                return partiql.execute_batch(_update, client, arguments)
            case _:
                response = send_with_missing_features(client, operation, arguments)
        if operation == "TransactGetItems":
            found = [part.get("Item", {}) for part in response["Responses"]]
            limits.check_transaction(operation, sum(map(limits.item_size, found)))
        return response


def _update(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    return _all_or_nothing(client, operation, arguments, [arguments])


def _all_or_nothing(
    client: Any, operation: str, arguments: dict[str, Any], requests: list[dict[str, Any]]
) -> Any:
    """Copies only the written items for the rollback. moto copies the whole table for each item of a transaction, which
    takes half of the suite's time."""
    snapshots = [_Snapshot(request) for request in requests]
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Table, "__deepcopy__", lambda table, _: table, raising=False)
            response = _send(client, operation, arguments)
        sizes = [snapshot.size() for snapshot in snapshots]
        for size in sizes:
            limits.check_item(operation, size)
        if operation == "TransactWriteItems":
            limits.check_transaction(operation, sum(sizes))
    except aws.Refused:
        for snapshot in snapshots:
            snapshot.restore()
        raise
    return response


class _Snapshot:
    """An item, and the length of its table's stream, before a write."""

    def __init__(self, operation: dict[str, Any]) -> None:
        table = backend("dynamodb").tables[operation["TableName"]]
        key = operation.get("Key") or operation["Item"]
        names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        *path, self.name = [DynamoType(key[name]) for name in names]
        self.siblings = table.items[path[0]] if path else table.items
        self.item = copy.deepcopy(self.siblings.get(self.name))
        self.stream = table.stream_shard.items if table.stream_shard else []
        self.streamed = len(self.stream)

    def size(self) -> int:
        """The bytes of the item before or after the write, whichever are more; a write consumes as many."""
        stored = [item for item in (self.item, self.siblings.get(self.name)) if item]
        return max((limits.item_size(item.attrs) for item in stored), default=0)

    def restore(self) -> None:
        del self.stream[self.streamed :]
        if self.item is None:
            self.siblings.pop(self.name, None)
        else:
            self.siblings[self.name] = self.item


def _exchange(_host: Host, request: AwsRequest, _deadline: float) -> AwsResponse:
    """moto's answer to a request of our own client, in place of a connection. moto expects requests of botocore."""
    request.encoded()  # refuses what cannot be sent
    if request.headers.get("x-amz-target", "").startswith("DynamoDB_"):
        return AwsResponse(*faster_moto.dynamodb(request.headers, request.body, REGION))
    url = f"https://{request.headers['host']}{request.target}"
    prepared = AWSPreparedRequest(
        request.method, url, HTTPHeaders.from_dict(request.headers), request.body, stream_output=False
    )
    response = botocore_stubber("before-send", prepared)
    assert response is not None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return AwsResponse(response.status_code, headers, response.content)


@contextmanager
def aws_in_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS. The resources are created once per process, because that takes longer than a test."""
    monkeypatch.setattr(aws.Client, "call", _in_turn)
    monkeypatch.setattr(Host, "exchange", _exchange)
    monkeypatch.setattr(page, "MAX_READ_SECONDS", 600.0)  # moto takes seconds for what DynamoDB reads in one
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EAL_SDK", os.environ.get("EAL_SDK", ""))  # tools of the operator set it
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    botocore_stubber.enabled = True  # as mock_aws does, which also replaces the client of `requests`, slowly
    try:
        for name, value in _create_resources().items():
            monkeypatch.setenv(name, value)
        yield
    finally:
        _empty()
        botocore_stubber.enabled = False


@cache
def _create_resources() -> dict[str, str]:
    """Create the template's resources. Returns the settings with their names."""
    forget()
    dynamodb = aws.dynamodb()
    dynamodb.create_table(**table_arguments("StateTable", STATE))
    dynamodb.create_table(**table_arguments("AccessTable", ACCESS))
    aws.s3_sdk().create_bucket(Bucket=INBOUND_BUCKET)
    aws.s3_sdk().create_bucket(Bucket=UPLOADS_BUCKET)
    aws.s3_sdk().create_bucket(Bucket=RECORDINGS_BUCKET)
    aws.s3_sdk().create_bucket(Bucket=PHOTOS_BUCKET)
    aws.s3_sdk().create_bucket(Bucket=AUDIT_BUCKET, ObjectLockEnabledForBucket=True)
    aws.events().create_event_bus(Name=BUS)
    aws.scheduler().create_schedule_group(Name=SCHEDULES)
    created = {
        "SECRETS_KEY": aws.kms().create_key()["KeyMetadata"]["KeyId"],
        "SIGNING_KEY": create_signing_key(),
        "USER_POOL": create_user_pool(),
    }
    urls = create_queues()
    for name, logical_id in QUEUES.items():
        created[f"{name.upper()}_QUEUE"] = urls[logical_id]
        created[f"{name.upper()}_QUEUE_ARN"] = arn_of(logical_id)
        created[f"{name.upper()}_QUEUE_DEAD_ARN"] = arn_of(f"{logical_id}Dead")
    create_rules()
    notify_of_objects(INBOUND_BUCKET, "InboundBucket")
    notify_of_objects(PHOTOS_BUCKET, "PhotosBucket")
    return created


def _empty() -> None:
    """Remove the items, objects, messages and schedules of a test, and moto's state about them."""
    for table in backend("dynamodb").tables.values():
        table.items.clear()
        table.stream_shard and table.stream_shard.items.clear()
    for bucket in get_backend("s3")[ACCOUNT]["aws"].buckets.values():
        bucket.keys.clear()
        bucket.multiparts.clear()
    for stored in (*FakeMultipart.instances_tracked, *FakeKey.instances_tracked):  # type: ignore[attr-defined]
        stored.dispose()  # an open file
    for queue in backend("sqs").queues.values():
        queue._messages, queue._pending_messages, queue.deleted_messages = [], set(), set()
    backend("scheduler").schedule_groups[SCHEDULES].schedules.clear()
    reset_model_data()
    secrets.decrypt.cache_clear()
    secrets.derived_key.cache_clear()
    organization_settings._cache.clear()  # the next test has the same tenant


def backend(service: str) -> Any:
    """moto's own state of a service."""
    return get_backend(service)[ACCOUNT][REGION]  # type: ignore[call-overload]  # expects the name as a literal


def create_user_pool() -> str:
    client: Any = aws.cognito()
    return str(client.create_user_pool(PoolName="members", UsernameAttributes=["email"])["UserPool"]["Id"])


def create_signing_key() -> str:
    """Create a key with the properties of the template's SigningKey. Returns its id."""
    properties = resources("AWS::KMS::Key")["SigningKey"]
    key = aws.kms().create_key(KeySpec=properties["KeySpec"], KeyUsage=properties["KeyUsage"])
    return key["KeyMetadata"]["KeyId"]


def create_queues() -> dict[str, str]:
    """Create the template's queues, named after their logical ids. Returns their URLs."""
    return {
        logical_id: aws.sqs().create_queue(QueueName=logical_id)["QueueUrl"]
        for logical_id in resources("AWS::SQS::Queue")
    }


def create_rules() -> None:
    """Create the template's rules on the bus, with their patterns and target queues."""
    for logical_id, rule in resources("AWS::Events::Rule").items():
        aws.events().put_rule(
            Name=logical_id, EventBusName=BUS, EventPattern=json.dumps(rule["EventPattern"])
        )
        for target in rule["Targets"]:
            queue = target["Arn"]["Fn::GetAtt"].partition(".")[0]
            aws.events().put_targets(
                Rule=logical_id, EventBusName=BUS, Targets=[{"Id": target["Id"], "Arn": arn_of(queue)}]
            )


def notify_of_objects(bucket: str, logical_id: str) -> None:
    """Send notifications of the bucket's objects to the queues of the template."""
    configured = resources("AWS::S3::Bucket")[logical_id]["NotificationConfiguration"]["QueueConfigurations"]
    aws.s3_sdk().put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": arn_of(each["Queue"]["Fn::GetAtt"].partition(".")[0]),
                    "Events": [each["Event"]],
                    "Filter": {"Key": {"FilterRules": each["Filter"]["S3Key"]["Rules"]}},
                }
                for each in configured
            ]
        },
    )


def arn_of(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:123456789012:{queue}"


def forget() -> None:
    """Clear clients and caches, which belong to another AWS."""
    aws.close()
    secrets.decrypt.cache_clear()
    secrets.derived_key.cache_clear()
