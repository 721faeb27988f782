"""The definition of the REST API, which template.yaml includes: the function of each route, and the responses of API
Gateway itself.

SAM would derive a definition from events of the functions, but would add a permission for each route, which counts as a
resource of the stack (docs/decisions/0078-gateway-role.md).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.fixtures.template import GATEWAY, ROOT, routes_of

if TYPE_CHECKING:
    from tools.openapi.schemas import Node

PATH = ROOT / GATEWAY
_CREDENTIALS = {"Fn::GetAtt": ["GatewayRole", "Arn"]}
_LAMBDA = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31"


class _Response(NamedTuple):
    """A response of API Gateway itself, in our error envelope."""

    status: int
    code: str
    message: str
    retry_after_seconds: int | None = None


_RESPONSES = {
    # Unknown paths reach the catch-all function, so a missing authentication token means a known path with an
    # unsupported method.
    "MISSING_AUTHENTICATION_TOKEN": _Response(
        405, "method_not_allowed", "This path does not support this method."
    ),
    "RESOURCE_NOT_FOUND": _Response(404, "not_found", "This path does not exist."),
    "REQUEST_TOO_LARGE": _Response(413, "payload_too_large", "The body is too large."),
    "UNSUPPORTED_MEDIA_TYPE": _Response(
        415, "unsupported_media_type", "The Content-Type must be application/json."
    ),
    "THROTTLED": _Response(429, "rate_limited", "Too many requests. Try again in 1 second.", 1),
    "DEFAULT_4XX": _Response(400, "invalid_request", "The request is malformed."),
    "DEFAULT_5XX": _Response(503, "unavailable", "The API is temporarily unavailable. Try again.", 1),
}
"""By their types in API Gateway. A request that the web ACL blocks has the response of its rule, in alarms.yaml."""


def build(template: dict[str, Any]) -> Node:
    """The OpenAPI document for API Gateway, with CloudFormation's functions in it."""
    paths: dict[str, Node] = {}
    for logical_id, routes in routes_of(template).items():
        for method, path in routes:
            key = "x-amazon-apigateway-any-method" if method == "ANY" else method.lower()
            paths.setdefault(path, {})[key] = _operation(logical_id)
    return {
        "openapi": "3.0.1",
        "info": {"title": {"Ref": "AWS::StackName"}, "version": "1.0"},
        "paths": paths,
        # Request bodies reach the functions in base64, byte for byte. As text, bytes that are not UTF-8 would become
        # U+FFFD. Responses remain text, because no function sets isBase64Encoded.
        "x-amazon-apigateway-binary-media-types": ["*/*"],
        "x-amazon-apigateway-gateway-responses": {
            kind: _gateway_response(response) for kind, response in _RESPONSES.items()
        },
    }


def _operation(logical_id: str) -> Node:
    return {
        "responses": {},  # required by OpenAPI; the function decides
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",  # of Lambda's Invoke
            "uri": {"Fn::Sub": f"{_LAMBDA}/functions/${{{logical_id}.Arn}}/invocations"},
            "credentials": _CREDENTIALS,
        },
    }


def _gateway_response(response: _Response) -> Node:
    headers = {
        "Content-Type": "'application/json; charset=utf-8'",
        "Cache-Control": "'no-store'",
        "X-Request-Id": "context.requestId",
    }
    if response.retry_after_seconds:
        headers["Retry-After"] = f"'{response.retry_after_seconds}'"
    details = {"request_id": "$context.requestId"}
    error = {"code": response.code, "message": response.message, "details": details}
    return {
        "statusCode": str(response.status),
        "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in headers.items()},
        "responseTemplates": {"application/json": json.dumps({"error": error}, separators=(",", ":"))},
    }
