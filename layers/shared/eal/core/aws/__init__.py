"""The AWS clients: one per process and service, created on first use. No other module creates clients.

Two kinds stand behind this door. Our own, in `json_client` and `s3_client`, make the calls of nearly every request:
a tenth of botocore's cold start, and a quarter of its time per call. botocore, in `sdk`, does everything else. With
the setting EAL_SDK=botocore it does everything (docs/decisions/0063).
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypedDict, cast

from eal.core import settings
from eal.core.aws.client import Client
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

__all__ = ["Client", "NotConnected", "Refused", "Unreachable", "refusal"]

MAX_CONNECTIONS = 16
"""Of a client: as many calls can be made side by side."""


@cache
def _sdk_client(
    service: str, read_seconds: int = 2, attempts: int = 3, endpoint: str | None = None
) -> Client:
    """Three attempts of two seconds end before an endpoint's timeout of ten seconds."""
    from eal.core.aws.sdk import SdkClient

    return SdkClient(
        service, read_seconds=read_seconds, attempts=attempts, connections=MAX_CONNECTIONS, endpoint=endpoint
    )


def dynamodb() -> DynamoDBClient:
    return cast("DynamoDBClient", _sdk_client("dynamodb"))


def sqs() -> SQSClient:
    return cast("SQSClient", _sdk_client("sqs"))


def events() -> EventBridgeClient:
    return cast("EventBridgeClient", _sdk_client("events"))


def kms() -> KMSClient:
    return cast("KMSClient", _sdk_client("kms"))


def secretsmanager() -> SecretsManagerClient:
    return cast("SecretsManagerClient", _sdk_client("secretsmanager"))


def s3() -> S3Client:
    return cast("S3Client", _sdk_client("s3"))


def patient_s3() -> S3Client:
    """For workers that run for minutes: completing an upload of 10,000 parts takes S3 minutes (its API reference)."""
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
    """Drop the clients, so that the next call creates new ones: for tests that change the endpoint."""
    from eal.core.aws import sdk

    _sdk_client.cache_clear()
    sdk.session.cache_clear()
