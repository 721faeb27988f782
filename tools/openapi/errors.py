"""The errors that endpoints answer: their schema, what each code means, and which an endpoint can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import errors
from eal.core.caller import SCOPES
from eal.core.listing import ListQuery
from eal.entry.http.request import LARGEST_BODY
from tools.openapi.parameters import takes_if_match
from tools.openapi.schemas import CSV, JSON, REF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.entry.http.route import Route
    from tools.openapi.schemas import Node

STATUS_OF = {error.code: error.status for error in errors.ApiError.__subclasses__()}

MEANING = {
    "invalid_request": "The body is not a JSON object, or a header is malformed.",
    "invalid_cursor": "The cursor was not made for this list.",
    "missing_key": "Send your API key as 'Authorization: Bearer eal_live_…'.",
    "invalid_key": "This API key is not known.",
    "expired_key": "This API key has expired.",
    "revoked_key": "This API key was revoked.",
    "invalid_signature": "The signature does not match the body.",
    "insufficient_scope": "The key may not do this: details.required names the scope that is missing.",
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
"""Each error code of `eal.core.errors` with a message as it is answered."""


def _text(description: str, **schema: object) -> Node:
    return {"type": "string", "description": description, **schema}


DETAILS: dict[str, Node] = {
    "allowed": {
        "type": "array",
        "items": {"type": "string"},
        "description": "`illegal_transition`: the statuses that may follow. "
        "`method_not_allowed`: the path's methods.",
    },
    "bound": _text(
        "`insufficient_scope`: the field in which a key can give no more than it has itself.",
        enum=["expires_at", "allowed_cidrs"],
    ),
    "disabled_reason": _text("`conflict`: why the webhook endpoint is disabled."),
    "id": _text("`conflict`: what is there already. `not_found`: what is not, or was erased."),
    "ids": {
        "type": "array",
        "items": {"type": "string"},
        "description": "`conflict`: the exports that are being made.",
    },
    "lead_id": _text("`conflict`, `illegal_transition`: the lead that the prospect has become."),
    "limit": {
        "type": "integer",
        "description": "`conflict`: how many there can be. `payload_too_large`: the most bytes.",
    },
    "matched_on": _text("`conflict`: the field that the two have in common.", enum=["email", "phones"]),
    "reason": _text(
        "`insufficient_scope`, where no scope is missing: a test key may not touch what live mode shares "
        "(`test_key`), or no key may give more than it has (`bound`). `grant_required`: a parent never writes "
        "(`read_only`), or no child can grant this (`not_grantable`).",
        enum=["test_key", "bound", "read_only", "not_grantable"],
    ),
    "required": _text("`insufficient_scope`: the scope that the key needs.", enum=[*SCOPES]),
    "resource": _text("`grant_required`: what the child has not granted."),
    "status": _text("`conflict`, `illegal_transition`: the status that forbids it."),
    "unfinished": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "status"],
            "properties": {"id": {"type": "string"}, "status": {"type": "string"}},
        },
        "description": "`conflict`: the imports that have not ended.",
    },
    "vendor": _text("`conflict`: the integration to connect first."),
    "version": {"type": "integer", "description": "`precondition_failed`: the resource's current version."},
    "webhook_id": _text("`conflict`: the endpoint of the delivery."),
}
"""What an error's details can have besides its request id and wrong fields, each with the codes that it comes with."""

_EXAMPLES: dict[str, Node] = {
    "grant_required": {"resource": "leads"},
    "illegal_transition": {"status": "new", "allowed": ["contacted", "lost", "disqualified"]},
    "insufficient_scope": {"required": "write"},
    "payload_too_large": {"limit": LARGEST_BODY},
    "precondition_failed": {"version": 4},
    "validation_error": {
        "fields": [{"pointer": "/email", "message": "is required", "type": "missing", "location": "body"}]
    },
}

OWN_EXAMPLES: dict[str, dict[str, tuple[str, Node]]] = {
    "createLead": {
        "conflict": (
            "The lead lead_01kq09bekje6vbq5xe2b60xtww has the same e-mail.",
            {"id": "lead_01kq09bekje6vbq5xe2b60xtww", "matched_on": "email"},
        )
    },
}
"""Message and details of errors that say more in one operation than in others."""

_MOVES = {"transitionLead", "updateProspect"}
"""Operations that change a status of which not every other may follow."""


def schema() -> Node:
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
            "fields": {
                "type": "array",
                "items": field,
                "description": "`validation_error`: the first hundred.",
            },
            **DETAILS,
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
                    "code": {"type": "string", "enum": sorted(STATUS_OF)},
                    "message": {"type": "string"},
                    "details": details,
                },
            }
        },
        "examples": [example("validation_error", MEANING["validation_error"])],
    }


def response(meanings: Mapping[str, str], headers: dict[str, Node], operation_id: str = "") -> Node:
    """One status with its codes and what each means."""
    return {
        "description": " ".join(f"`{code}`: {text.rstrip('.')}." for code, text in meanings.items()),
        "headers": headers,
        "content": {
            JSON: {
                "schema": {"$ref": REF.format(model="Error")},
                "examples": {
                    code: {"value": example(code, text, operation_id)} for code, text in meanings.items()
                },
            }
        },
    }


def example(code: str, message: str, operation_id: str = "") -> Node:
    message, details = OWN_EXAMPLES.get(operation_id, {}).get(code, (message, _EXAMPLES.get(code, {})))
    request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    return {"error": {"code": code, "message": message, "details": {"request_id": request_id, **details}}}


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
        "illegal_transition": route.operation_id in _MOVES,
        "precondition_failed": takes_if_match(route),
        "payload_too_large": writes,
        "unsupported_media_type": writes,
        "validation_error": True,
        "idempotency_mismatch": route.replayable,
        "rate_limited": True,
        "internal_error": True,
        "unavailable": True,
    }
    found: dict[int, list[str]] = {}
    for code, can_happen in conditions.items():
        if can_happen:
            found.setdefault(STATUS_OF[code], []).append(code)
    return found
