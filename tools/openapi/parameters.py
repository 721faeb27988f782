"""The headers and parameters of operations."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from eal.domain.integrations.model import VENDORS
from tools.openapi.schemas import REF, Generator, inlined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.entry.http.route import Route
    from tools.openapi.schemas import Node


def _named(description: str, prefix: str) -> Node:
    return {"type": "string", "description": description, "example": f"{prefix}_01kq09bekje6vbq5xe2b60xtww"}


def _text_header(description: str, **schema: object) -> Node:
    return {"description": description, "schema": {"type": "string", **schema}}


HEADERS: dict[str, Node] = {
    "RequestId": _text_header("The id of the request. Include it when you contact support."),
    "RateLimitLimit": _text_header("Requests per minute that the key may make.", pattern="^[0-9]+$"),
    "RateLimitRemaining": _text_header("Requests left in the current minute.", pattern="^[0-9]+$"),
    "RateLimitReset": _text_header("Seconds until the next minute starts.", pattern="^[0-9]+$"),
    "RetryAfter": _text_header("Seconds to wait before trying again.", pattern="^[0-9]+$"),
    "Deprecation": _text_header(
        "Present if the key was rotated: `@` and the time of the rotation in Unix seconds (RFC 9745).",
        pattern="^@[0-9]+$",
    ),
    "Sunset": _text_header(
        "Present if the key was rotated: when it stops working, as an HTTP date (RFC 8594). Switch to "
        "the new key before then.",
        pattern="^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$",
    ),
    "Challenge": _text_header(
        '`Bearer`, with `error="invalid_token"` if a key was sent (RFC 6750). Amazon API Gateway '
        "renames the header to `x-amzn-Remapped-WWW-Authenticate`. The error's code is more precise."
    ),
    "DigestETag": _text_header("Changes when the document changes.", pattern='^W/"[0-9a-f]+"$'),
    "ETag": _text_header(
        'The resource\'s version, such as "3". Missing while it is null.', pattern='^"[0-9]+"$'
    ),
    "Location": _text_header("Where to continue, as a path on this host."),
    "IdempotentReplayed": _text_header(
        "Present if this is the stored response to the first request with this Idempotency-Key.", const="true"
    ),
}
COMMON = {"X-Request-Id": "RequestId"}
WITH_KEY = {
    "X-RateLimit-Limit": "RateLimitLimit",
    "X-RateLimit-Remaining": "RateLimitRemaining",
    "X-RateLimit-Reset": "RateLimitReset",
    "Deprecation": "Deprecation",
    "Sunset": "Sunset",
}


def header_parameter(name: str, description: str, **schema: object) -> Node:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }


_IN_PATH: dict[str, Node] = {
    "alert_id": _named("The id of the alert.", "alert"),
    "call_id": _named("The id of the call.", "call"),
    "checkpoint_id": _named("The id of the later checkpoint.", "chk"),
    "claim_id": _named("The id of the claim.", "clm"),
    "connection_id": {
        "type": "string",
        "description": "Unguessable id of the connection; it identifies the tenant, mode and vendor.",
    },
    "content_id": _named("The id of the content.", "content"),
    "delivery_id": _named("The id of the delivery.", "dlv"),
    "draft_id": _named("The id of the draft.", "draft"),
    "enrollment_id": _named("The id of the enrollment.", "enr"),
    "email_id": _named("The id of the e-mail.", "email"),
    "event_id": _named("The id of the event.", "evt"),
    "export_id": _named("The id of the export.", "exp"),
    "import_id": _named("The id of the import.", "imp"),
    "item_id": _named("The id of the scope item.", "item"),
    "room_id": _named("The id of the room.", "room"),
    "key_id": _named("The id of the API key. It is not secret.", "key"),
    "lead_id": _named("The id of the lead.", "lead"),
    "member_id": _named("The id of the member.", "mem"),
    "note_id": _named("The id of the note.", "note"),
    "number": {
        "type": "string",
        "pattern": "^[1-9][0-9]*$",
        "description": "Number of the revision, from 1.",
        "example": "2",
    },
    "organization_id": _named("The id of a child of the caller's organization.", "org"),
    "parent_id": _named("The id of the parent of the caller's organization.", "org"),
    "photo_id": _named("The id of the photo.", "photo"),
    "prospect_id": _named("The id of the prospect.", "pros"),
    "record_id": _named("The id of the audit record.", "aud"),
    "sequence_id": _named("The id of the sequence.", "seq"),
    "reply_id": _named("The id of the reply.", "reply"),
    "request_id": _named("The id of the review request.", "review_request"),
    "review_id": _named("The id of the review.", "review"),
    "session_id": _named("The id of the session.", "ses"),
    "suppression_id": _named("The id of the suppression.", "sup"),
    "vendor": {"type": "string", "enum": [*VENDORS], "description": "The vendor."},
    "webhook_id": _named("The id of the webhook endpoint.", "wh"),
}
"""Schema, description and example of each path parameter, by its name."""


def path_parameter(name: str, description: str = "") -> Node:
    """A path parameter, with the given description or the default one for its name.

    Raises: KeyError if the name has no default description.
    """
    source = {"type": "string", "description": description} if description else _IN_PATH[name]
    schema = {key: value for key, value in source.items() if key not in ("description", "example")}
    example = {"example": source["example"]} if "example" in source else {}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": source["description"],
        "schema": schema,
        **example,
    }


_ENTITY_TAG = '(?:W/)?"[!#-~]*"'
"""RFC 9110, section 8.8.3, in ASCII."""

_PARAMETERS: dict[str, Node] = {
    "IdempotencyKey": header_parameter(
        "Idempotency-Key",
        "Makes a retry safe: repeating the request with the same key within 24 hours has no second "
        "effect and returns the first response.",
        minLength=1,
        maxLength=255,
        # Printable ASCII. HTTP removes whitespace around a header value.
        pattern="^[!-~](?:[ -~]*[!-~])?$",
    ),
    "IfMatch": header_parameter(
        "If-Match",
        "ETag of the version to change. If the resource has a different version, the response is 412.",
        pattern=rf"^(?:\*|{_ENTITY_TAG}(?:[ \t]*,[ \t]*{_ENTITY_TAG})*)$",
    ),
    "IfNoneMatch": header_parameter(
        "If-None-Match",
        "ETag of a known version. If the resource still has that version, the response is 304.",
    ),
}


def components(routes: Sequence[Route]) -> dict[str, Node]:
    """The parameters that operations reference. The description of X-EAL-Organization names the required grant."""
    grants = sorted({route.grant for route in routes if route.grant})
    return _PARAMETERS | {
        f"Organization.{grant}": header_parameter(
            "X-EAL-Organization",
            f"The id of a child organization whose data to read. It must have granted its parent `{grant}`.",
        )
        for grant in grants
    }


def references(kind: str, names: dict[str, str]) -> dict[str, Node]:
    return {header: {"$ref": f"#/components/{kind}/{name}"} for header, name in names.items()}


def of_route(route: Route) -> list[Node]:
    names = ["IdempotencyKey"] if route.replayable else []
    if takes_if_match(route):
        names.append("IfMatch")
    if may_be_not_modified(route):
        names.append("IfNoneMatch")
    if route.grant:
        names.append(f"Organization.{route.grant}")
    path = [path_parameter(name) for name in re.findall(r"{(\w+)}", route.path)]
    return path + _query_parameters(route) + [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _query_parameters(route: Route) -> list[Node]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema(ref_template=REF, schema_generator=Generator)
    properties = inlined({**schema.pop("$defs", {}), "query": schema})["query"]["properties"]
    required = schema.get("required", [])
    return [_query_parameter(name, node, name in required) for name, node in properties.items()]


def _query_parameter(name: str, schema: Node, required: bool) -> Node:
    """A query parameter. Null is removed from its schema, because a null default only means that it is optional."""
    description = schema.pop("description", None)
    if "anyOf" in schema:
        choices = [choice for choice in schema.pop("anyOf") if choice != {"type": "null"}]
        schema = {**schema, **choices[0]} if len(choices) == 1 else {**schema, "anyOf": choices}
    if schema.get("default", "") is None:
        del schema["default"]
    description = description or schema.pop("description", None)
    described = {"description": description} if description else {}
    return {"name": name, "in": "query", "required": required, **described, "schema": schema}


def _is_versioned(route: Route) -> bool:
    """Whether the response has a version, which is its ETag. The `version` of health is a text: the API's version."""
    field = route.response_model.model_fields.get("version") if route.response_model else None
    return field is not None and field.annotation in (int, int | None)


def may_be_not_modified(route: Route) -> bool:
    versioned = _is_versioned(route) and route.method == "GET" and not route.changes_by_itself
    return versioned or HTTPStatus.NOT_MODIFIED in route.statuses


def etag_of(route: Route) -> dict[str, str]:
    """The component of the ETag header, if successful responses have one."""
    if _is_versioned(route):
        return {"ETag": "ETag"}
    return {"ETag": "DigestETag"} if may_be_not_modified(route) else {}


def takes_if_match(route: Route) -> bool:
    changes = bool(route.path_parameters) or route.method == "PATCH"
    return route.method != "GET" and changes and route.scope is not None
