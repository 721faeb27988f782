"""AWS in process (moto), with tables, keys, buckets, queues and bus as the template has them."""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import contextmanager
from itertools import batched
from threading import RLock
from typing import TYPE_CHECKING, Any

import botocore.client
import moto

from eal import aws, secrets
from tests.support.template import resources, table_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

REGION = "us-east-1"
STATE, ACCESS = "state", "access"
INBOUND_BUCKET, AUDIT_BUCKET, BUS = "inbound", "audit", "bus"
UPLOADS_BUCKET = "uploads"
QUEUES = {
    "callrail": "InboundQueue",
    "resend": "ResendQueue",
    "stripe": "StripeQueue",
    "delivery": "DeliveryQueue",
    "audit": "AuditQueue",
    "crm": "CrmQueue",
    "import": "ImportQueue",
    "export": "ExportQueue",
    "replay": "ReplayQueue",
}
"""Settings' names of queues, and the template's."""
SCHEDULES = "later"
MOTO_READS = 25
"""Items of a TransactGetItems; AWS takes 100 since 2022."""

_send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
_one_at_a_time = RLock()
"""moto changes items in place and copies them meanwhile; AWS carries out one operation on an item after the other."""


def _with_what_moto_lacks(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    """KMS's GenerateMac, more than 25 items read in a transaction, and the refusal of a part for an upload that is
    gone; moto's documentation says to add it this way."""
    if operation == "UploadPart":  # moto raises a KeyError; ListParts refuses as S3 does
        named = {name: arguments[name] for name in ("Bucket", "Key", "UploadId")}
        _send(client, "ListParts", named)
    if operation == "GenerateMac":
        message = arguments["KeyId"].encode() + arguments["Message"]
        return {"Mac": hmac.digest(b"the KMS key's own material", message, hashlib.sha256)}
    if operation == "TransactGetItems" and len(arguments["TransactItems"]) > MOTO_READS:
        some = batched(arguments["TransactItems"], MOTO_READS, strict=False)
        answers = [_send(client, operation, {**arguments, "TransactItems": list(each)}) for each in some]
        return {"Responses": [one for answer in answers for one in answer["Responses"]]}
    return _send(client, operation, arguments)


def _in_turn(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    with _one_at_a_time:
        return _with_what_moto_lacks(client, operation, arguments)


@contextmanager
def aws_in_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", _in_turn)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "STAGE": "local",
        "STATE_TABLE": STATE,
        "ACCESS_TABLE": ACCESS,
        "MAC_KEY": "alias/mac",
        "BUS": BUS,
        "INBOUND_BUCKET": INBOUND_BUCKET,
        "AUDIT_BUCKET": AUDIT_BUCKET,
        "UPLOADS_BUCKET": UPLOADS_BUCKET,
        "SCHEDULES": SCHEDULES,
        "SCHEDULES_ROLE": "arn:aws:iam::123456789012:role/schedules",
        "AUDIT_RETENTION_DAYS": "2557",
        "AUDIT_LOCK_MODE": "GOVERNANCE",
        "CALLRAIL_RECEIVER_URL": "https://receiver.example.com/",
        "RESEND_RECEIVER_URL": "https://resend.example.com/",
        "STRIPE_RECEIVER_URL": "https://stripe.example.com/",
        "POWERTOOLS_METRICS_NAMESPACE": "EAL",
        "POWERTOOLS_SERVICE_NAME": "eal",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    _forget()
    with moto.mock_aws():
        dynamodb = aws.dynamodb()
        dynamodb.create_table(**table_arguments("StateTable", STATE))
        dynamodb.create_table(**table_arguments("AccessTable", ACCESS))
        monkeypatch.setenv("SECRETS_KEY", aws.kms().create_key()["KeyMetadata"]["KeyId"])
        monkeypatch.setenv("SIGNING_KEY", create_signing_key())
        aws.s3().create_bucket(Bucket=INBOUND_BUCKET)
        aws.s3().create_bucket(Bucket=UPLOADS_BUCKET)
        aws.s3().create_bucket(Bucket=AUDIT_BUCKET, ObjectLockEnabledForBucket=True)
        aws.events().create_event_bus(Name=BUS)
        urls = create_queues()
        for name, logical_id in QUEUES.items():
            monkeypatch.setenv(f"{name.upper()}_QUEUE", urls[logical_id])
            monkeypatch.setenv(f"{name.upper()}_QUEUE_ARN", arn_of(logical_id))
            monkeypatch.setenv(f"{name.upper()}_QUEUE_DEAD_ARN", arn_of(f"{logical_id}Dead"))
        aws.scheduler().create_schedule_group(Name=SCHEDULES)
        create_rules()
        yield
    _forget()


def create_signing_key() -> str:
    """A key as the template's SigningKey."""
    properties = resources("AWS::KMS::Key")["SigningKey"]
    made = aws.kms().create_key(KeySpec=properties["KeySpec"], KeyUsage=properties["KeyUsage"])
    return made["KeyMetadata"]["KeyId"]


def create_queues() -> dict[str, str]:
    """The template's queues, named by their logical ids. Returns their URLs."""
    return {
        logical_id: aws.sqs().create_queue(QueueName=logical_id)["QueueUrl"]
        for logical_id in resources("AWS::SQS::Queue")
    }


def create_rules() -> None:
    """The template's rules on the bus, with their patterns and target queues."""
    for logical_id, rule in resources("AWS::Events::Rule").items():
        aws.events().put_rule(
            Name=logical_id, EventBusName=BUS, EventPattern=json.dumps(rule["EventPattern"])
        )
        for target in rule["Targets"]:
            queue = target["Arn"]["Fn::GetAtt"].partition(".")[0]
            aws.events().put_targets(
                Rule=logical_id, EventBusName=BUS, Targets=[{"Id": target["Id"], "Arn": arn_of(queue)}]
            )


def arn_of(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:123456789012:{queue}"


def _forget() -> None:
    aws.close()
    secrets.decrypt.cache_clear()
    secrets.derived_key.cache_clear()
