"""The errors that endpoints answer: their schema, what each code means, and which an endpoint can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal import errors
from eal.entry.request import LARGEST_BODY
from eal.listing import ListQuery
from tools.openapi.parameters import takes_if_match
from tools.openapi.schemas import CSV

if TYPE_CHECKING:
    from eal.entry.route import Route
    from tools.openapi.schemas import Node

MEANING = {
    "invalid_request": "The body is not a JSON object, or a header is malformed.",
    "invalid_cursor": "The cursor was not made for this list.",
    "missing_key": "Send your API key as 'Authorization: Bearer eal_live_…'.",
    "invalid_key": "This API key is not known.",
    "expired_key": "This API key has expired.",
    "revoked_key": "This API key was revoked.",
    "invalid_signature": "The signature does not match the body.",
    "insufficient_scope": "This needs a key with the scope that details.required names.",
    "grant_required": "The organization has not granted this, or it would be a write.",
    "ip_not_allowed": "This key cannot be used from this address.",
    "not_found": "There is no such resource, or it is another tenant's.",
    "method_not_allowed": "This path does not take this method.",
    "conflict": "It contradicts what is there.",
    "illegal_transition": "The status does not allow this; details.allowed names what it does.",
    "precondition_failed": "If-Match names another version than the current one.",
    "payload_too_large": f"The body has more than {LARGEST_BODY} bytes.",
    "unsupported_media_type": "Send the body as application/json.",
    "validation_error": "Field 'email' is required",
    "idempotency_mismatch": "This Idempotency-Key was used for another request.",
    "rate_limited": "Too many requests with this key; Retry-After says when to try again.",
    "internal_error": "Something went wrong on our side.",
    "unavailable": "A service that we depend on did not answer; try again.",
}
"""Each error code of `eal.errors` with a message as it is answered."""


def schema() -> Node:
    codes = sorted({error.code for error in errors.ApiError.__subclasses__()})
    field = {
        "type": "object",
        "required": ["pointer", "message", "type"],
        "properties": {
            "pointer": {
                "type": "string",
                "description": "JSON pointer into the body, or `/name` of a query parameter.",
            },
            "message": {"type": "string"},
            "type": {"type": "string"},
            "location": {"type": "string", "enum": ["body", "query"]},
        },
    }
    details = {
        "type": "object",
        "required": ["request_id"],
        "properties": {
            "request_id": {"type": "string", "description": "The answer's X-Request-Id."},
            "fields": {"type": "array", "items": field, "description": "With `validation_error`."},
            "required": {"type": "string", "description": "The missing scope, with `insufficient_scope`."},
            "allowed": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The statuses that may follow, with `illegal_transition`.",
            },
        },
    }
    return {
        "title": "Error",
        "description": "Every error has this shape.",
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "details"],
                "properties": {
                    "code": {"type": "string", "enum": codes},
                    "message": {"type": "string"},
                    "details": details,
                },
            }
        },
        "examples": [example("validation_error")],
    }


def example(code: str) -> Node:
    details: Node = {"request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}
    if code == "validation_error":
        details["fields"] = [
            {"pointer": "/email", "message": "is required", "type": "missing", "location": "body"}
        ]
    return {"error": {"code": code, "message": MEANING[code], "details": details}}


def codes_of(route: Route) -> dict[int, list[str]]:
    """Every error that the endpoint can answer: by what it is made of, and not by hand."""
    writes = route.method != "GET"
    lists = route.query is not None and issubclass(route.query, ListQuery)
    with_key = route.scope is not None
    conditions = {
        "invalid_request": with_key,
        "invalid_cursor": lists,
        "missing_key": with_key,
        "invalid_key": with_key,
        "expired_key": with_key,
        "revoked_key": with_key,
        "insufficient_scope": with_key and route.scope != "read",
        "grant_required": with_key,
        "ip_not_allowed": with_key,
        "not_found": with_key,
        "conflict": writes or route.operation_id in CSV,
        "illegal_transition": writes and route.path.endswith("/transitions"),
        "precondition_failed": takes_if_match(route),
        "payload_too_large": route.body is not None,
        "unsupported_media_type": route.body is not None,
        "validation_error": True,
        "idempotency_mismatch": route.replayable,
        "rate_limited": True,
        "internal_error": True,
        "unavailable": True,
    }
    status_of = {error.code: error.status for error in errors.ApiError.__subclasses__()}
    found: dict[int, list[str]] = {}
    for code, can_happen in conditions.items():
        if can_happen:
            found.setdefault(status_of[code], []).append(code)
    return found
