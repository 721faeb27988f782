"""The receivers of vendors' webhooks as operations: behind the API, as on their function URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.domain.integrations.model import VENDORS
from eal.entry.http.receiver import LARGEST_BODY, TOLERANCE_SECONDS
from tools.openapi import errors
from tools.openapi.parameters import COMMON, header_parameter, path_parameter, references
from tools.openapi.schemas import JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.openapi.schemas import Node

_SIGNED: dict[str, tuple[str, str]] = {
    "callrail": ("signature", "Base64 HMAC-SHA1 of the body under the company's signing key."),
    "resend": (
        "svix-signature",
        "`v1,` and base64, one or more with a space between, over `{svix-id}.{svix-timestamp}.{body}`; the two are "
        "headers too.",
    ),
    "stripe": ("stripe-signature", "`t=` Unix seconds, `v1=` hex HMAC-SHA256 of `{t}.{body}`."),
}
"""The header that each vendor signs in."""

_ERRORS = {
    "invalid_request": "The body is signed, but it is not a JSON object.",
    "invalid_signature": "The signature does not match the body, or its time is more than "
    f"{TOLERANCE_SECONDS} s from now.",
    "not_found": "There is no receiver at this address.",
    "payload_too_large": f"The body has more than {LARGEST_BODY} bytes.",
    "rate_limited": errors.MEANING["rate_limited"],
    "internal_error": errors.MEANING["internal_error"],
    "unavailable": "The body could not be stored; send it again.",
}


def paths() -> Iterator[tuple[str, Node]]:
    """The path of each vendor that has a receiver, with its operation."""
    for vendor, terms in VENDORS.items():
        if terms.kinds:
            yield f"/inbound/{vendor}/{{connection_id}}/{{kind}}", {"post": _operation(vendor, terms.kinds)}


def _operation(vendor: str, kinds: tuple[str, ...]) -> Node:
    header, signature = _SIGNED[vendor]
    named = ", ".join(f"`{kind}`" for kind in kinds)
    return {
        "operationId": f"receive{vendor.capitalize()}Webhook",
        "summary": f"Receive a webhook of {vendor.capitalize()}",
        "description": f"For the vendor to call: `PUT /integrations/{vendor}` answers the addresses to give it. "
        "The body is kept and answered at once, and worked off after that. A repeated one has no second effect.",
        "tags": ["inbound"],
        "security": [],
        "parameters": [
            path_parameter("connection_id"),
            path_parameter("kind", f"{named}; another is kept and not worked off."),
            {**header_parameter(header, signature), "required": True},
        ],
        "requestBody": {
            "required": True,
            "description": "As the vendor sends it.",
            "content": {JSON: {"schema": {"type": "object"}}},
        },
        "responses": {
            "202": {
                "description": "Accepted",
                "headers": references("headers", COMMON),
                "content": {
                    JSON: {
                        "schema": {
                            "type": "object",
                            "required": ["received"],
                            "properties": {"received": {"type": "boolean", "const": True}},
                        },
                        "example": {"received": True},
                    }
                },
            },
            **{str(errors.STATUS_OF[code]): _refusal(code, text) for code, text in _ERRORS.items()},
        },
    }


def _refusal(code: str, meaning: str) -> Node:
    waits = {"Retry-After": "RetryAfter"} if code in ("rate_limited", "unavailable") else {}
    return errors.response({code: meaning}, references("headers", {**COMMON, **waits}))
