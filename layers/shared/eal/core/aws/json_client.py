"""DynamoDB, SQS, EventBridge, KMS and Secrets Manager: each operation is a POST of JSON.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html (1.1 has the same form)
"""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from eal.core.aws.client import Client
from eal.core.aws.connection import AwsRequest
from eal.core.aws.endpoint import endpoint_of, region
from eal.core.aws.errors import Unreachable, refusal
from eal.core.aws.transport import AwsTransport

if TYPE_CHECKING:
    from eal.core.aws.connection import AwsResponse


class Service(NamedTuple):
    """`name` is that in hosts and signatures, `variable` that in AWS_ENDPOINT_URL_<variable>, `target` the prefix
    of X-Amz-Target. `blobs` are the members of responses that are bytes, as base64."""

    name: str
    variable: str
    target: str
    json_version: str
    blobs: frozenset[str] = frozenset()


_KMS_BLOBS = frozenset({"CiphertextBlob", "Mac", "Plaintext", "PublicKey", "Signature"})
SERVICES = {
    "dynamodb": Service("dynamodb", "DYNAMODB", "DynamoDB_20120810", "1.0"),
    "events": Service("events", "EVENTBRIDGE", "AWSEvents", "1.1"),
    "kms": Service("kms", "KMS", "TrentService", "1.1", _KMS_BLOBS),
    "secretsmanager": Service("secretsmanager", "SECRETS_MANAGER", "secretsmanager", "1.1"),
    "sqs": Service("sqs", "SQS", "AmazonSQS", "1.0"),
}
"""Binary attributes of DynamoDB stay base64 (`eal.core.table.item` decodes them). Binary secrets and binary message
attributes are not used."""


class JsonClient(Client):
    """The client of a service in SERVICES."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._service = SERVICES[name]
        endpoint = endpoint_of(f"{name}.{region()}.amazonaws.com", self._service.variable)
        self._authority = endpoint.authority
        self._transport = AwsTransport(name, endpoint)

    def close(self) -> None:
        self._transport.close()

    def _call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        response = self._transport.send(self._request(operation, arguments), _code)
        members = _members(response)
        if response.status >= 300:
            message = members.get("message") or members.get("Message") or ""
            raise refusal(operation, _code(response), message, members)
        if members is _NO_JSON:
            raise Unreachable(f"{operation}: the response is not JSON")
        for name in self._service.blobs & members.keys():
            members[name] = base64.b64decode(members[name])
        return members

    def _request(self, operation: str, arguments: dict[str, Any]) -> AwsRequest:
        if operation == "TransactWriteItems":
            # A transaction whose response was lost is sent again. By its token DynamoDB sees that it has carried it
            # out; without one, the transaction would be refused by its own conditions. botocore adds the token too.
            arguments = {"ClientRequestToken": os.urandom(16).hex(), **arguments}
        headers = {
            "host": self._authority,
            "content-type": f"application/x-amz-json-{self._service.json_version}",
            "x-amz-target": f"{self._service.target}.{operation}",
        }
        body = json.dumps(arguments, default=_base64, separators=(",", ":"))
        return AwsRequest("POST", "/", headers, body.encode())


_NO_JSON: dict[str, Any] = {}


def _members(response: AwsResponse) -> dict[str, Any]:
    """The members of a response: `_NO_JSON` if it is no object. An empty body is a response without members."""
    if not response.body:
        return {}
    try:
        members = json.loads(response.body)
    except ValueError:
        return _NO_JSON
    return members if isinstance(members, dict) else _NO_JSON


def _code(response: AwsResponse) -> str:
    """The error's code, such as ThrottlingException in `com.amazon.coral.availability#ThrottlingException:http://…`;
    the status if there is none. It is in `__type`, or in a header."""
    if response.status < 300:
        return ""
    named = (
        _members(response).get("__type") or response.headers.get("x-amzn-errortype") or str(response.status)
    )
    return str(named).partition(":")[0].rpartition("#")[2]


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is not JSON")
