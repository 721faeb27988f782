"""AWS in process (moto), with tables, keys, buckets, queues and bus as the template has them."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from contextlib import contextmanager
from functools import cache
from itertools import batched
from threading import RLock
from typing import TYPE_CHECKING, Any

import botocore.client
import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.core.models import botocore_stubber
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.s3.models import FakeKey, FakeMultipart

from eal.core import aws, secrets
from tests.support import faster_moto
from tools.fixtures.template import resources, table_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"
STATE, ACCESS = "state", "access"
INBOUND_BUCKET, AUDIT_BUCKET, BUS = "inbound", "audit", "bus"
UPLOADS_BUCKET = "uploads"
QUEUES = {
    "callrail": "CallrailQueue",
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
SETTINGS = {
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
}
MOTO_READS = 25
"""Items of a TransactGetItems; AWS takes 100 since 2022."""

_send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
faster_moto.apply()
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
        if operation == "TransactWriteItems":
            return _all_or_nothing(client, arguments)
        return _with_what_moto_lacks(client, operation, arguments)


def _all_or_nothing(client: Any, arguments: dict[str, Any]) -> Any:
    """moto copies the whole table once for each item of a transaction, to return to when one is refused (half of the
    suite's time): here only what the transaction names."""
    before = [_Before(operation) for each in arguments["TransactItems"] for operation in each.values()]
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Table, "__deepcopy__", lambda table, _: table, raising=False)
            return _send(client, "TransactWriteItems", arguments)
    except ClientError:
        for one in before:
            one.restore()
        raise


class _Before:
    """An item, and the length of its table's stream, as they are before a transaction."""

    def __init__(self, operation: dict[str, Any]) -> None:
        table = backend("dynamodb").tables[operation["TableName"]]
        key = operation.get("Key") or operation["Item"]
        names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        *path, self.name = [DynamoType(key[name]) for name in names]
        self.siblings = table.items[path[0]] if path else table.items
        self.item = copy.deepcopy(self.siblings.get(self.name))
        self.stream = table.stream_shard.items if table.stream_shard else []
        self.streamed = len(self.stream)

    def restore(self) -> None:
        del self.stream[self.streamed :]
        if self.item is None:
            self.siblings.pop(self.name, None)
        else:
            self.siblings[self.name] = self.item


@contextmanager
def aws_in_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty, with nothing of an earlier test. The resources are made once a process: that takes longer than a test."""
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", _in_turn)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    botocore_stubber.enabled = True  # as mock_aws does, which also replaces the client of `requests`, slowly
    try:
        for name, value in _made().items():
            monkeypatch.setenv(name, value)
        yield
    finally:
        _empty()
        botocore_stubber.enabled = False


@cache
def _made() -> dict[str, str]:
    """The template's resources. Returns the settings that name them."""
    forget()
    dynamodb = aws.dynamodb()
    dynamodb.create_table(**table_arguments("StateTable", STATE))
    dynamodb.create_table(**table_arguments("AccessTable", ACCESS))
    aws.s3().create_bucket(Bucket=INBOUND_BUCKET)
    aws.s3().create_bucket(Bucket=UPLOADS_BUCKET)
    aws.s3().create_bucket(Bucket=AUDIT_BUCKET, ObjectLockEnabledForBucket=True)
    aws.events().create_event_bus(Name=BUS)
    aws.scheduler().create_schedule_group(Name=SCHEDULES)
    made = {
        "SECRETS_KEY": aws.kms().create_key()["KeyMetadata"]["KeyId"],
        "SIGNING_KEY": create_signing_key(),
    }
    urls = create_queues()
    for name, logical_id in QUEUES.items():
        made[f"{name.upper()}_QUEUE"] = urls[logical_id]
        made[f"{name.upper()}_QUEUE_ARN"] = arn_of(logical_id)
        made[f"{name.upper()}_QUEUE_DEAD_ARN"] = arn_of(f"{logical_id}Dead")
    create_rules()
    return made


def _empty() -> None:
    """Takes out what a test put in: items, objects, messages, schedules, and what moto remembers of them."""
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


def backend(service: str) -> Any:
    """moto's own state of a service."""
    return get_backend(service)[ACCOUNT][REGION]  # type: ignore[call-overload]  # wants the name as a literal


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


def forget() -> None:
    """Nothing is remembered of another AWS."""
    aws.close()
    secrets.decrypt.cache_clear()
    secrets.derived_key.cache_clear()
