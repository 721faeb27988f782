"""The AWS clients: one per process and service, created on first use. No other module creates clients.

botocore and not boto3: the same clients without boto3's resources and transfer manager, which cost a cold start
20 ms and are not used here (docs/decisions/0003).
"""

from __future__ import annotations

import os
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypedDict, cast

from eal.core import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

    from eal.core.json import Json


MAX_CONNECTIONS = 16
"""Of a client: as many calls can be made side by side."""
_making = Lock()


@cache
def _session() -> Session:
    """One session for all clients: with its own session, each further client would cost twice as much."""
    import botocore.session

    return botocore.session.get_session()


@cache
def _client(service: str, read_timeout: int = 2, attempts: int = 3, endpoint: str | None = None) -> object:
    """Three attempts of two seconds end before an endpoint's timeout of ten seconds."""
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        max_pool_connections=MAX_CONNECTIONS,
        parameter_validation=False,
    )
    if service == "s3":
        # Presigned URLs default to SigV2 at the global host, but SSE-KMS needs SigV4 and a Region's own host.
        config = config.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
    with _making:  # clients are safe in threads, sessions are not
        return _session().create_client(service, config=config, endpoint_url=endpoint)


def dynamodb() -> DynamoDBClient:
    return cast("DynamoDBClient", _client("dynamodb"))


def sqs() -> SQSClient:
    return cast("SQSClient", _client("sqs"))


def events() -> EventBridgeClient:
    return cast("EventBridgeClient", _client("events"))


def s3() -> S3Client:
    return cast("S3Client", _client("s3"))


def patient_s3() -> S3Client:
    """For workers that run for minutes: completing an upload of 10,000 parts takes S3 minutes (its API reference)."""
    return cast("S3Client", _client("s3", 60))


def scheduler() -> EventBridgeSchedulerClient:
    return cast("EventBridgeSchedulerClient", _client("scheduler"))


def kms() -> KMSClient:
    return cast("KMSClient", _client("kms"))


def cognito() -> CognitoIdentityProviderClient:
    return cast("CognitoIdentityProviderClient", _client("cognito-idp"))


def secretsmanager() -> SecretsManagerClient:
    return cast("SecretsManagerClient", _client("secretsmanager"))


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
    return cast("BedrockRuntimeClient", _client("bedrock-runtime", 30, 1, fake))


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
    _client.cache_clear()
    _session.cache_clear()
