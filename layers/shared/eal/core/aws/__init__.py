"""The AWS clients: one per process and service, created on first use. No other module creates clients.

Two implementations share this interface. Our own, in `json_client` and `s3_client`, make the calls of nearly every
request, in a tenth of botocore's time per call. botocore, in `sdk`, does everything else. With the setting
EAL_SDK=botocore it does everything (docs/decisions/0063).
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypedDict, cast

from eal.core import settings
from eal.core.aws.client import MAX_CONNECTIONS, Client
from eal.core.aws.errors import NotConnected, Refused, Unreachable, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

    from eal.core.json import Json

__all__ = ["MAX_CONNECTIONS", "Client", "NotConnected", "Refused", "Unreachable", "refusal"]

_open = ExitStack()
"""Closes our own clients, whose sockets complain if they are not closed."""


@cache
def _json_client(service: str) -> Client:
    if settings.uses_sdk():
        return _sdk_client(service)
    from eal.core.aws.json_client import JsonClient

    client = JsonClient(service)
    _open.callback(client.close)
    return client


@cache
def _s3_client() -> Client:
    if settings.uses_sdk():
        return _sdk_client("s3")
    from eal.core.aws.s3_client import S3Client

    client = S3Client()
    _open.callback(client.close)
    return client


@cache
def _sdk_client(
    service: str, read_seconds: float | None = None, attempts: int = 3, endpoint: str | None = None
) -> Client:
    from eal.core.aws import client, sdk

    return sdk.SdkClient(
        service, read_seconds=read_seconds or client.READ_SECONDS, attempts=attempts, endpoint=endpoint
    )


def dynamodb() -> DynamoDBClient:
    return cast("DynamoDBClient", _json_client("dynamodb"))


def sqs() -> SQSClient:
    return cast("SQSClient", _json_client("sqs"))


def events() -> EventBridgeClient:
    return cast("EventBridgeClient", _json_client("events"))


def kms() -> KMSClient:
    return cast("KMSClient", _json_client("kms"))


def secretsmanager() -> SecretsManagerClient:
    return cast("SecretsManagerClient", _json_client("secretsmanager"))


def s3() -> S3Client:
    """Client for objects that are sent and read in one piece, and for presigned URLs: `put_object`, `get_object`,
    `head_object`, `delete_object` and `generate_presigned_url`."""
    return cast("S3Client", _s3_client())


def s3_sdk() -> S3Client:
    """Client for all other operations of S3, such as streams, uploads in parts and lists, in workers that run for
    minutes: completing an upload of 10,000 parts takes S3 minutes (its API reference)."""
    return cast("S3Client", _sdk_client("s3", 60))


def scheduler() -> EventBridgeSchedulerClient:
    return cast("EventBridgeSchedulerClient", _sdk_client("scheduler"))


def cognito() -> CognitoIdentityProviderClient:
    return cast("CognitoIdentityProviderClient", _sdk_client("cognito-idp"))


class CognitoIdentityProviderClient(Protocol):
    """The only operations that are used here, for the same reason as Bedrock's below."""

    exceptions: _CognitoExceptions

    def admin_create_user(self, **request: object) -> object: ...

    def admin_get_user(self, **request: str) -> _Account: ...


class _CognitoExceptions(Protocol):
    UsernameExistsException: type[Exception]


class _Account(TypedDict):
    UserStatus: str
    UserLastModifiedDate: datetime


class BedrockRuntimeClient(Protocol):
    """The only operation that is used here. Its own stubs would be a development dependency for one call."""

    def converse(self, **request: Json) -> dict[str, Json]: ...


def bedrock_runtime() -> BedrockRuntimeClient:
    """One attempt per call: `eal.ai.engines.bedrock.converse` retries within its own deadline, which is shorter than
    the read timeout."""
    fake = settings.vendor_api_url("bedrock")
    return cast("BedrockRuntimeClient", _sdk_client("bedrock-runtime", 30, 1, fake))


def prepare(*steps: Callable[[], object]) -> None:
    """Create clients, and what else is created on first use, while Lambda initialises the process.

    The initialisation has a whole processor, and a request only the share that the memory size pays for: 29 percent at
    512 MB. The variable exists in Lambda only, so that every module can be imported without credentials elsewhere.
    """
    if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
        for step in steps:
            step()


def close() -> None:
    """Close and drop the clients, so that the next call creates new ones: for tests that change the endpoint."""
    _open.close()
    for made in (_json_client, _s3_client, _sdk_client):
        made.cache_clear()
