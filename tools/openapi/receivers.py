"""The operations of the receivers of vendors' webhooks, which the API and the function URLs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.domain.integrations.model import VENDORS
from eal.entry.http.receiver import MAX_BODY_BYTES, TOLERANCE_SECONDS
from tools.openapi import errors
from tools.openapi.parameters import COMMON, header_parameter, path_parameter, references
from tools.openapi.schemas import JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.openapi.schemas import Node

_NAMES = {"callrail": "CallRail", "resend": "Resend", "stripe": "Stripe"}
"""The names of the vendors in their own spelling."""

_SIGNED: dict[str, tuple[str, str]] = {
    "callrail": ("signature", "Base64 HMAC-SHA1 of the body, keyed with the company's signing key."),
    "resend": (
        "svix-signature",
        "One or more signatures separated by spaces. Each is `v1,` and the base64 HMAC-SHA256 of "
        "`{svix-id}.{svix-timestamp}.{body}`, with the values of these two headers.",
    ),
    "stripe": ("stripe-signature", "`t=` Unix seconds, and `v1=` the hex HMAC-SHA256 of `{t}.{body}`."),
}
"""The header that contains the signature of each vendor, and its description."""

_ERRORS = {
    "invalid_request": "The signature is valid, but the body is not a JSON object.",
    "invalid_signature": "The signature does not match the body, or its timestamp is more than "
    f"{TOLERANCE_SECONDS} seconds away from the current time.",
    "not_found": "There is no receiver at this address.",
    "payload_too_large": f"The body is larger than {MAX_BODY_BYTES} bytes.",
    "rate_limited": errors.MEANING["rate_limited"],
    "internal_error": errors.MEANING["internal_error"],
    "unavailable": "The body could not be stored. Send it again.",
}


def paths() -> Iterator[tuple[str, Node]]:
    """The path of each vendor that has a receiver, with its operation."""
    for vendor, terms in VENDORS.items():
        if terms.kinds:
            yield f"/inbound/{vendor}/{{connection_id}}/{{kind}}", {"post": _operation(vendor, terms.kinds)}


def _operation(vendor: str, kinds: tuple[str, ...]) -> Node:
    header, signature = _SIGNED[vendor]
    kind_names = ", ".join(f"`{kind}`" for kind in kinds)
    return {
        "operationId": f"receive{vendor.capitalize()}Webhook",
        "summary": f"Receive a {_NAMES[vendor]} webhook",
        "description": f"{_NAMES[vendor]} calls this address, not you: `PUT /integrations/{vendor}` returns the "
        f"addresses to enter at {_NAMES[vendor]}. The body is stored and acknowledged at once, and processed "
        "afterwards. A repeated webhook has no second effect.",
        "tags": ["inbound"],
        "security": [],
        "parameters": [
            path_parameter("connection_id"),
            path_parameter(
                "kind", f"Kind of webhook: {kind_names}. Any other kind is stored but not processed."
            ),
            {**header_parameter(header, signature), "required": True},
        ],
        "requestBody": {
            "required": True,
            "description": f"The body as {_NAMES[vendor]} sends it.",
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
