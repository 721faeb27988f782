"""The headers and parameters of endpoints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.integrations.model import VENDORS
from tools.openapi.schemas import REF, Generator, inlined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.entry.route import Route
    from tools.openapi.schemas import Node


def _named(description: str, prefix: str) -> Node:
    return {"type": "string", "description": description, "example": f"{prefix}_01kq09bekje6vbq5xe2b60xtww"}


def _text_header(description: str, **schema: object) -> Node:
    return {"description": description, "schema": {"type": "string", **schema}}


HEADERS: dict[str, Node] = {
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
    "Challenge": _text_header(
        '`Bearer`, with `error="invalid_token"` where a key was sent (RFC 6750). Amazon API Gateway passes it on under '
        "the name `x-amzn-Remapped-WWW-Authenticate`; the error's code says more."
    ),
    "ETag": _text_header('The resource\'s version, such as "3".', pattern='^"[0-9]+"$'),
    "Location": _text_header("Where to go on, as a path on this host."),
    "IdempotentReplayed": _text_header(
        "The answer of the first request with this Idempotency-Key.", const="true"
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
    "call_id": _named("A call's id.", "call"),
    "checkpoint_id": _named("A checkpoint's id: the later one of the two.", "chk"),
    "connection_id": {
        "type": "string",
        "description": "It names the tenant, its mode and the vendor, and nobody can guess it.",
    },
    "delivery_id": _named("A delivery's id.", "dlv"),
    "event_id": _named("An event's id.", "evt"),
    "export_id": _named("An export's id.", "exp"),
    "import_id": _named("An import's id.", "imp"),
    "key_id": _named("A key's id; it is no secret.", "key"),
    "lead_id": _named("A lead's id.", "lead"),
    "member_id": _named("A member's id.", "mem"),
    "organization_id": _named("The id of an organization below the caller's.", "org"),
    "parent_id": _named("The id of the organization above the caller's.", "org"),
    "prospect_id": _named("A prospect's id.", "pros"),
    "record_id": _named("An audit record's id.", "aud"),
    "vendor": {"type": "string", "enum": [*VENDORS], "description": "Whom to connect."},
    "webhook_id": _named("A webhook endpoint's id.", "wh"),
}
"""Each path parameter's schema and description, by its name: the same wherever it is used."""


def path_parameter(name: str, description: str = "") -> Node:
    """A parameter of the path; without a description of its own it has its name's.

    Raises: KeyError for a name that nothing is said of.
    """
    about = {"type": "string", "description": description} if description else _IN_PATH[name]
    schema = {key: value for key, value in about.items() if key not in ("description", "example")}
    example = {"example": about["example"]} if "example" in about else {}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": about["description"],
        "schema": schema,
        **example,
    }


_ENTITY_TAG = '(?:W/)?"[!#-~]*"'
"""RFC 9110, section 8.8.3, in ASCII."""

_PARAMETERS: dict[str, Node] = {
    "IdempotencyKey": header_parameter(
        "Idempotency-Key",
        "The same key and request again, within 24 hours, has no second effect and gets the first answer.",
        minLength=1,
        maxLength=255,
        # Printable ASCII; HTTP itself takes the blanks around a header's value away.
        pattern="^[!-~](?:[ -~]*[!-~])?$",
    ),
    "IfMatch": header_parameter(
        "If-Match",
        "The ETag of the version to change; 412 if it is another one by now.",
        pattern=rf"^(?:\*|{_ENTITY_TAG}(?:[ \t]*,[ \t]*{_ENTITY_TAG})*)$",
    ),
    "IfNoneMatch": header_parameter(
        "If-None-Match", "An ETag; 304 if the resource is still at that version."
    ),
}


def components(routes: Sequence[Route]) -> dict[str, Node]:
    """The parameters that operations refer to: what a child must have granted is in its text."""
    grants = sorted({route.grant for route in routes if route.grant})
    return _PARAMETERS | {
        f"Organization.{grant}": header_parameter(
            "X-EAL-Organization",
            f"A child organization's id: its data is answered if it has granted its parent `{grant}`.",
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


def may_be_not_modified(route: Route) -> bool:
    return route.is_versioned and route.method == "GET" and not route.changes_by_itself


def takes_if_match(route: Route) -> bool:
    changes = bool(route.path_parameters) or route.method == "PATCH"
    return route.method != "GET" and changes and route.scope is not None
