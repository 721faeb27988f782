"""The OpenAPI document, made from the endpoints' signatures and models. Build time only: no function imports this.

`python -m tools.openapi --write` puts it into `openapi.json` beside this file; a test says when that is out of date.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, JsonValue
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from eal import errors
from eal.audit_log.exports.wire import AuditExportView
from eal.audit_log.wire import AuditRecordView
from eal.calls.wire import CallView
from eal.entry import event_examples
from eal.entry.document import SERVER
from eal.entry.request import LARGEST_BODY
from eal.events import BY_NAME_ONLY, CATALOGUE
from eal.feed.wire import EventView
from eal.keys.wire import ApiKeyView
from eal.leads.wire import LeadView
from eal.listing import ListQuery
from eal.webhooks.wire import WebhookView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic.json_schema import JsonSchemaMode

    from eal.entry.route import Route

type Node = dict[str, Any]
type Schemas = dict[tuple[type[BaseModel], JsonSchemaMode], Node]

PREFIX = "/v1"
_REF = "#/components/schemas/{model}"
_JSON = "application/json"

_DATA: dict[str, type[BaseModel]] = {
    "api_key": ApiKeyView,
    "audit": AuditRecordView,
    "call": CallView,
    "lead": LeadView,
    "webhook": WebhookView,
}
"""What an event's `data` is, by what stands before the first dot of its type."""

_CSV: dict[str, type[BaseModel]] = {"exportAuditLogCsv": AuditExportView}
"""Operations that answer CSV, with what is answered where it would be too long: 303 to it, made for the request."""

_MEANING = {
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
"""Each error code of `eal.errors` with a message as it is answered."""


class _Answers(GenerateJsonSchema):
    """Answers always have all of their fields; no field needs a title that repeats its name."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


def render(document: Node) -> str:
    """The document as it is committed and served."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def build(routes: Sequence[Route]) -> Node:
    """The document of these endpoints and of all events.

    Raises: ValueError where two endpoints or two models have the same name.
    """
    schemas, components = _schemas(routes)
    responses: dict[str, Node] = {}
    paths: dict[str, Node] = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        operations = paths.setdefault(route.path.removeprefix(PREFIX), {})
        if route.method.lower() in operations:
            raise ValueError(f"two endpoints answer {route.name}")
        operations[route.method.lower()] = _operation(route, schemas, responses)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Expert AI Labs API",
            "version": "v1",
            "description": "Programmatic access to the orchestration layer. Authenticate with a per-tenant API key, "
            "work in JSON, get webhooks for everything that matters.",
        },
        "servers": [{"url": SERVER}],
        "tags": [
            {"name": tag} for tag in sorted({tag for route in routes for tag in route.tags} | {"events"})
        ],
        "paths": paths,
        "webhooks": {name: _webhook(name, meaning, schemas) for name, meaning in CATALOGUE.items()},
        "components": {
            "schemas": {**components, "Error": _error_schema()},
            "responses": responses,
            "headers": _HEADERS,
            "parameters": _PARAMETERS,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "eal_live_… or eal_test_…",
                    "description": "A tenant's API key. Each operation names the scope that it needs; admin includes "
                    "write, and write includes read. The key's mode, live or test, decides which data it sees.",
                }
            },
        },
    }


# ---------------------------------------------------------------- schemas


def _schemas(routes: Iterable[Route]) -> tuple[Schemas, dict[str, Node]]:
    """The reference to each model, and the components that they refer to."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(EventView, "serialization"): None}
    for route in routes:
        if route.body:
            wanted[route.body, "validation"] = None
        if route.operation_id in _CSV:
            wanted[_CSV[route.operation_id], "serialization"] = None
        if route.answer:
            wanted[route.answer, "serialization"] = None
    for model in _DATA.values():
        wanted[model, "serialization"] = None
    ordered = sorted(wanted, key=lambda one: (one[0].__module__, one[0].__qualname__, one[1]))
    references, generated = models_json_schema(ordered, ref_template=_REF, schema_generator=_Answers)
    components = _inlined(generated["$defs"])
    twice = sorted(name for name in components if "__" in name)
    if twice:
        raise ValueError(f"two models have one name, rename one of each: {', '.join(twice)}")
    return cast("Schemas", references), components


def _inlined(definitions: dict[str, Node]) -> dict[str, Node]:
    """The definitions of models; those of type aliases and enumerations are put where they are used.

    Aliases have short names that are unique in their module only: `Status` is another one for each resource.
    """
    aliases = {name: schema for name, schema in definitions.items() if "properties" not in schema}

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(one) for one in node]
        if not isinstance(node, dict):
            return node
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name in aliases:
            rest = {key: value for key, value in node.items() if key != "$ref"}
            meant = {
                key: value for key, value in aliases[name].items() if key not in ("title", "description")
            }
            return {**replaced(meant), **replaced(rest)}
        return {key: replaced(value) for key, value in node.items()}

    return {name: replaced(schema) for name, schema in definitions.items() if name not in aliases}


def _error_schema() -> Node:
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
            "location": {"enum": ["body", "query"]},
        },
    }
    details = {
        "type": "object",
        "required": ["request_id"],
        "properties": {
            "request_id": {"type": "string", "description": "The answer's X-Request-Id."},
            "fields": {"type": "array", "items": field, "description": "With `validation_error`."},
            "required": {"type": "string", "description": "The missing scope, with `insufficient_scope`."},
            "reason": {
                "type": "string",
                "description": "With `insufficient_scope` where no scope is missing: `test_key`, which may not touch "
                "what live mode shares; `bound`, which would give more than it has. With `grant_required`: "
                "`read_only`, a parent would write.",
            },
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
        "examples": [_error_example("validation_error")],
    }


def _error_example(code: str) -> Node:
    details: Node = {"request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}
    if code == "validation_error":
        details["fields"] = [
            {"pointer": "/email", "message": "is required", "type": "missing", "location": "body"}
        ]
    return {"error": {"code": code, "message": _MEANING[code], "details": details}}


# ---------------------------------------------------------------- headers and parameters


def _text_header(description: str, **schema: object) -> Node:
    return {"description": description, "schema": {"type": "string", **schema}}


_HEADERS: dict[str, Node] = {
    "RequestId": _text_header("The request's id: name it when you ask us about it."),
    "RateLimitLimit": _text_header("The key's requests a minute.", pattern="^[0-9]+$"),
    "RateLimitRemaining": _text_header("What is left of them in this minute.", pattern="^[0-9]+$"),
    "RateLimitReset": _text_header("Seconds to the next minute.", pattern="^[0-9]+$"),
    "RetryAfter": _text_header("Seconds after which to try again.", pattern="^[0-9]+$"),
    "Deprecation": _text_header(
        "Only where the key was rotated: `@` and the Unix seconds of that (RFC 9745).", pattern="^@[0-9]+$"
    ),
    "Sunset": _text_header(
        "Only where the key was rotated: when it ends, as an HTTP date (RFC 8594). Use the new key by then.",
        pattern="^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$",
    ),
    "ETag": _text_header('The resource\'s version, such as "3".', pattern='^"[0-9]+"$'),
    "Location": _text_header("Where to go on, as a path on this host."),
    "IdempotentReplayed": _text_header(
        "The answer of the first request with this Idempotency-Key.", const="true"
    ),
}
_COMMON = {"X-Request-Id": "RequestId"}
_WITH_KEY = {
    "X-RateLimit-Limit": "RateLimitLimit",
    "X-RateLimit-Remaining": "RateLimitRemaining",
    "X-RateLimit-Reset": "RateLimitReset",
    "Deprecation": "Deprecation",
    "Sunset": "Sunset",
}


def _header_parameter(name: str, description: str, **schema: object) -> Node:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }


_PARAMETERS: dict[str, Node] = {
    "IdempotencyKey": _header_parameter(
        "Idempotency-Key",
        "The same key and request again, within 24 hours, has no second effect and gets the first answer.",
        minLength=1,
        maxLength=255,
    ),
    "IfMatch": _header_parameter(
        "If-Match", "The ETag of the version to change; 412 if it is another one by now."
    ),
    "IfNoneMatch": _header_parameter(
        "If-None-Match", "An ETag; 304 if the resource is still at that version."
    ),
    "Organization": _header_parameter(
        "X-EAL-Organization", "A child organization, which granted its parent the reading of this resource."
    ),
}


def _references(kind: str, names: dict[str, str]) -> dict[str, Node]:
    return {header: {"$ref": f"#/components/{kind}/{name}"} for header, name in names.items()}


def _parameters(route: Route) -> list[Node]:
    names = ["IdempotencyKey"] if route.replayable else []
    if _takes_if_match(route):
        names.append("IfMatch")
    if _may_be_not_modified(route):
        names.append("IfNoneMatch")
    if route.scope and route.method == "GET":
        names.append("Organization")
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    return path + _query_parameters(route) + [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _query_parameters(route: Route) -> list[Node]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema(ref_template=_REF, schema_generator=_Answers)
    properties = _inlined({**schema.pop("$defs", {}), "query": schema})["query"]["properties"]
    required = schema.get("required", [])
    return [_query_parameter(name, one, name in required) for name, one in properties.items()]


def _query_parameter(name: str, schema: Node, required: bool) -> Node:
    """A parameter cannot be null: that only says that it need not be given."""
    description = schema.pop("description", None)
    if "anyOf" in schema:
        choices = [choice for choice in schema.pop("anyOf") if choice != {"type": "null"}]
        schema = {**schema, **choices[0]} if len(choices) == 1 else {**schema, "anyOf": choices}
    if schema.get("default", "") is None:
        del schema["default"]
    description = description or schema.pop("description", None)
    about = {"description": description} if description else {}
    return {"name": name, "in": "query", "required": required, **about, "schema": schema}


def _has_version(route: Route) -> bool:
    """As `Route.call` sees it: a whole number, where health's `version` names the API's."""
    field = route.answer.model_fields.get("version") if route.answer else None
    return field is not None and field.annotation is int


def _may_be_not_modified(route: Route) -> bool:
    return _has_version(route) and route.method == "GET" and not route.changes_by_itself


def _takes_if_match(route: Route) -> bool:
    changes = bool(route.path_parameters) or route.method == "PATCH"
    return route.method != "GET" and changes and route.scope is not None


# ---------------------------------------------------------------- operations


def _operation(route: Route, schemas: Schemas, responses: dict[str, Node]) -> Node:
    text = " ".join((route.endpoint.__doc__ or "").split())
    operation: Node = {
        "operationId": route.operation_id,
        "summary": text.partition(". ")[0].rstrip("."),
        "description": text,
        "tags": list(route.tags),
        "security": [{"bearer": [route.scope]}] if route.scope else [],
        "parameters": _parameters(route),
        "responses": _responses(route, schemas, responses),
    }
    if route.body:
        operation["requestBody"] = {
            "required": not route.body_optional,
            "content": {_JSON: {"schema": schemas[route.body, "validation"]}},
        }
    return operation


def _responses(route: Route, schemas: Schemas, shared: dict[str, Node]) -> dict[str, Node]:
    found = {str(status): _success(route, status, schemas) for status in _statuses(route)}
    if route.operation_id in _CSV:
        found |= _csv(schemas[_CSV[route.operation_id], "serialization"])
    if _may_be_not_modified(route):
        found["304"] = {
            "description": "The version that If-None-Match names is the current one.",
            "headers": _references("headers", {**_COMMON, **_WITH_KEY, "ETag": "ETag"}),
        }
    for status, codes in sorted(_error_codes(route).items()):
        name = ".".join((str(status), *codes)) + ("" if route.scope else ".public")
        shared[name] = _error_response(status, codes, with_key=route.scope is not None)
        found[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return found


def _statuses(route: Route) -> list[int]:
    """The usual status, and those that the endpoint's own code gives `caller.answer_status`."""
    code = getattr(route.endpoint, "__code__", None)
    if code is None or "answer_status" not in code.co_names:
        return [route.status]
    numbers = {one for one in _constants(code.co_consts) if isinstance(one, int) and 200 <= one < 300}
    return sorted({route.status, *numbers})


def _constants(values: Iterable[object]) -> Iterable[object]:
    for value in values:
        if isinstance(value, tuple):
            yield from _constants(value)
        else:
            yield value


def _success(route: Route, status: int, schemas: Schemas) -> Node:
    names = {**_COMMON, **(_WITH_KEY if route.scope else {})}
    if _has_version(route):
        names["ETag"] = "ETag"
    if route.replayable:
        names["Idempotent-Replayed"] = "IdempotentReplayed"
    answer: Node = {
        "description": HTTPStatus(status).phrase,
        "headers": _references("headers", names),
    }
    if route.answer:
        content: Node = {"schema": schemas[route.answer, "serialization"]}
        if route.operation_id in _EXAMPLES:
            content["example"] = _EXAMPLES[route.operation_id]
        answer["content"] = {_JSON: content}
    elif status != 204:
        answer["content"] = {_JSON: {"schema": {"type": "object"}}}
    return answer


def _csv(instead: Node) -> dict[str, Node]:
    headers = _references("headers", {**_COMMON, **_WITH_KEY})
    return {
        "200": {
            "description": "RFC 4180, with a line of column names.",
            "headers": headers,
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        "303": {
            "description": "Too much for one answer: see Location.",
            "headers": {**headers, "Location": {"$ref": "#/components/headers/Location"}},
            "content": {_JSON: {"schema": instead}},
        },
    }


_EXAMPLES: dict[str, JsonValue] = {
    "getHealth": {
        "status": "ok",
        "version": "v1",
        "tenant_id": "org_2k4n8q...",
        "environment": "live",
        "scopes": ["read"],
        "rate_limit_remaining": 59,
        "timestamp": "2026-04-24T17:42:11.314Z",
    }
}


def _error_codes(route: Route) -> dict[int, list[str]]:
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
        "conflict": writes or route.operation_id in _CSV,
        "illegal_transition": writes and route.path.endswith("/transitions"),
        "precondition_failed": _takes_if_match(route),
        "payload_too_large": writes,
        "unsupported_media_type": writes,
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


def _error_response(status: int, codes: Sequence[str], *, with_key: bool) -> Node:
    names = dict(_COMMON)
    if with_key and status != HTTPStatus.UNAUTHORIZED:
        names |= _WITH_KEY
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        names["Retry-After"] = "RetryAfter"
    return {
        "description": " ".join(f"`{code}`: {_MEANING[code].rstrip('.')}." for code in codes),
        "headers": _references("headers", names),
        "content": {
            _JSON: {
                "schema": {"$ref": _REF.format(model="Error")},
                "examples": {code: {"value": _error_example(code)} for code in codes},
            }
        },
    }


# ---------------------------------------------------------------- webhooks


def _webhook(name: str, meaning: str, schemas: Schemas) -> Node:
    data = schemas[_DATA[name.partition(".")[0]], "serialization"]
    envelope = schemas[EventView, "serialization"]
    signature = [
        ("x-eal-signature", "Hex HMAC-SHA256 of `{x-eal-timestamp}.{body}` under the endpoint's secret."),
        ("x-eal-timestamp", "Unix seconds of this attempt."),
        ("webhook-id", "The event's id, the same at each attempt."),
        ("webhook-timestamp", "Unix seconds of this attempt."),
        ("webhook-signature", "Standard Webhooks: `v1,` and base64, one or more with a space between."),
    ]
    operation = {
        "operationId": "on" + "".join(part.capitalize() for part in re.split(r"[._]", name)),
        "summary": meaning.rstrip("."),
        "description": f"{meaning} Verify the signature before acting; any 2xx answer is success.",
        "tags": ["events"],
        "security": [],
        "parameters": [{**_header_parameter(header, text), "required": True} for header, text in signature],
        "requestBody": {
            "required": True,
            "content": {
                _JSON: {
                    "schema": {
                        "allOf": [
                            envelope,
                            {"type": "object", "properties": {"type": {"const": name}, "data": data}},
                        ]
                    },
                    "examples": {name: {"value": _event_example(name)}},
                }
            },
        },
        "responses": {
            "2XX": {"description": "Received."},
            "410": {"description": "Send nothing more: the endpoint is disabled."},
        },
    }
    return {"post": operation}


def _event_example(name: str) -> Node:
    kind = "aud" if name in BY_NAME_ONLY else "evt"
    return {
        "id": f"{kind}_01kq09bekje6vbq5xe2b60xtww",
        "type": name,
        "api_version": "v1",
        "created_at": event_examples.AT,
        "tenant_id": "org_01kq09bekje6vbq5xe2b60xtww",
        "mode": "live",
        "sequence": 42,
        "data": event_examples.DATA[name],
    }


def event_types(document: Node) -> Node:
    """Each event type as `eal.events.types` reads it: what the document's `webhooks` say, without references."""
    described = {}
    for name, meaning in CATALOGUE.items():
        content = document["webhooks"][name]["post"]["requestBody"]["content"][_JSON]
        envelope, own = _whole(content["schema"], document)["allOf"]
        described[name] = {
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **envelope,
                "title": name,
                "description": meaning,
                "properties": {**envelope["properties"], **own["properties"]},
            },
            "example": content["examples"][name]["value"],
        }
    return described


def _whole(node: Any, document: Node) -> Any:
    """The schema with what it refers to in the references' places."""
    if isinstance(node, list):
        return [_whole(one, document) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _whole(document["components"]["schemas"][node["$ref"].rpartition("/")[2]], document)
    return {key: _whole(value, document) for key, value in node.items()}
