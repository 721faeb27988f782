"""The operation of an endpoint."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tools.openapi import errors, examples
from tools.openapi.parameters import COMMON, WITH_KEY, etag_of, may_be_not_modified, references
from tools.openapi.parameters import of_route as parameters_of
from tools.openapi.schemas import CSV, FEEDS, JSON, paragraphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.entry.http.route import Route
    from tools.openapi.schemas import Node, Schemas


def of_route(route: Route, schemas: Schemas, responses: dict[str, Node]) -> Node:
    operation: Node = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "description": paragraphs(route.endpoint.__doc__ or ""),
        "tags": [route.tag],
        "security": _security(route),
        "parameters": parameters_of(route),
        "responses": _responses(route, schemas, responses),
    }
    if route.body:
        operation["requestBody"] = {
            "required": not route.body_optional,
            "content": {JSON: {"schema": schemas[route.body, "validation"], "example": examples.body(route)}},
        }
    return operation


def _security(route: Route) -> list[Node]:
    """A key or a session, only a session, or a key or the token of a public address."""
    if route.needs is None:
        return []
    if route.needs.session:
        return [{"session": [route.scope]}]
    either: list[Node] = [{"bearer": [route.scope]}, {"session": [route.scope]}]
    return [*either, {"feedAddress": []}] if route.tenant_of_token else either


def _responses(route: Route, schemas: Schemas, shared: dict[str, Node]) -> dict[str, Node]:
    responses = {str(status): _success(route, status, schemas) for status in route.statuses}
    if route.operation_id in CSV:
        export = CSV[route.operation_id]
        responses |= _csv(schemas[export, "serialization"] if export else None)
    if may_be_not_modified(route):
        responses["304"] = {
            "description": "The resource still has the version in If-None-Match.",
            "headers": references("headers", {**_common(route), **etag_of(route)}),
        }
    for status, codes in sorted(errors.codes_of(route).items()):
        if not errors.OWN_EXAMPLES.get(route.operation_id, {}).keys().isdisjoint(codes):
            responses[str(status)] = _error_response(status, codes, route)
            continue
        name = ".".join((str(status), *codes)) + ("" if route.scope else ".public")
        shared[name] = _error_response(status, codes, route)
        responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return responses


def _success(route: Route, status: int, schemas: Schemas) -> Node:
    names = {**_common(route), **etag_of(route)}
    if route.replayable:
        names["Idempotent-Replayed"] = "IdempotentReplayed"
    response: Node = {
        "description": HTTPStatus(status).phrase,
        "headers": references("headers", names),
    }
    if route.response_model:
        content: Node = {"schema": schemas[route.response_model, "serialization"]}
        if (example := examples.response(route.response_model)) is not None:
            content["example"] = example
        response["content"] = {JSON: content}
    elif route.operation_id in FEEDS and status == HTTPStatus.OK:
        media_type = FEEDS[route.operation_id]
        kind = "object" if media_type.endswith("json") else "string"
        response["content"] = {media_type: {"schema": {"type": kind}}}
    elif status != 204:
        response["content"] = {JSON: {"schema": {"type": "object"}}}
    return response


def _common(route: Route) -> dict[str, str]:
    return {**COMMON, **(WITH_KEY if route.scope else {})}


def _csv(instead: Node | None) -> dict[str, Node]:
    headers = references("headers", {**COMMON, **WITH_KEY})
    responses: dict[str, Node] = {
        "200": {
            "description": "CSV (RFC 4180) with a header row.",
            "headers": headers,
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    }
    if instead:
        responses["303"] = {
            "description": "Too many records for one response. Location has the path of an export.",
            "headers": {**headers, "Location": {"$ref": "#/components/headers/Location"}},
            "content": {JSON: {"schema": instead}},
        }
    return responses


def _error_response(status: int, codes: Sequence[str], route: Route) -> Node:
    names = dict(COMMON)
    if status == HTTPStatus.UNAUTHORIZED:
        names["WWW-Authenticate"] = "Challenge"
    elif route.scope:
        names |= WITH_KEY
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        names["Retry-After"] = "RetryAfter"
    meanings = {code: errors.MEANING[code] for code in codes}
    return errors.response(meanings, references("headers", names), route.operation_id)
