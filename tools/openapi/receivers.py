"""The operations of the receivers of vendors' webhooks, which the API and the function URLs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.domain.integrations.model import VENDORS
from eal.entry.http.receiver import MAX_BODY_BYTES, TOLERANCE_SECONDS
from eal.vendors.callrail import webhooks as callrail
from eal.vendors.resend import webhooks as resend
from eal.vendors.stripe import webhooks as stripe
from eal.vendors.twilio import webhooks as twilio
from tools.openapi import errors
from tools.openapi.parameters import COMMON, header_parameter, path_parameter, references
from tools.openapi.schemas import JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.integrations.scheme import Acceptance, Scheme
    from tools.openapi.schemas import Node

_NAMES = {"callrail": "CallRail", "resend": "Resend", "stripe": "Stripe", "twilio": "Twilio"}
"""The names of the vendors in their own spelling."""

_SCHEMES: dict[str, Scheme] = {module.VENDOR: module.SCHEME for module in (callrail, resend, stripe, twilio)}

_MEDIA_TYPES = {twilio.VENDOR: "application/x-www-form-urlencoded"}
"""The media types of bodies that are not JSON."""

_SIGNED: dict[str, tuple[str, str]] = {
    "callrail": ("signature", "Base64 HMAC-SHA1 of the body, keyed with the company's signing key."),
    "resend": (
        "svix-signature",
        "One or more signatures separated by spaces. Each is `v1,` and the base64 HMAC-SHA256 of "
        "`{svix-id}.{svix-timestamp}.{body}`, with the values of these two headers.",
    ),
    "stripe": ("stripe-signature", "`t=` Unix seconds, and `v1=` the hex HMAC-SHA256 of `{t}.{body}`."),
    "twilio": (
        "x-twilio-signature",
        "Base64 HMAC-SHA1, keyed with the account's auth token, of this address with its query, followed by the name "
        "and the value of each field of the form, sorted by name.",
    ),
}
"""The header that contains the signature of each vendor, and its description."""

_ERRORS = {
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
            yield (
                f"/inbound/{vendor}/{{connection_id}}/{{kind}}",
                {"post": _operation(vendor, (*terms.kinds, *terms.callbacks))},
            )


def _operation(vendor: str, kinds: tuple[str, ...]) -> Node:
    header, signature = _SIGNED[vendor]
    scheme = _SCHEMES[vendor]
    refusals = {
        "invalid_request": f"The signature is valid, but the body is not {scheme.form}.",
        **_ERRORS,
    }
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
            "content": {_MEDIA_TYPES.get(vendor, JSON): {"schema": {"type": "object"}}},
        },
        "responses": {
            str(scheme.acceptance.status): {
                "description": "Accepted",
                "headers": references("headers", COMMON),
                "content": _content(vendor, scheme.acceptance),
            },
            **{str(errors.STATUS_OF[code]): _refusal(code, text) for code, text in refusals.items()},
        },
    }


def _content(vendor: str, acceptance: Acceptance) -> Node:
    if vendor == twilio.VENDOR:
        return {
            acceptance.content_type: {
                "schema": {
                    "type": "string",
                    "description": "TwiML: what Twilio says or writes to who answers an alert. Empty otherwise.",
                },
                "example": acceptance.body,
            }
        }
    return {
        JSON: {
            "schema": {
                "type": "object",
                "required": ["received"],
                "properties": {"received": {"type": "boolean", "const": True}},
            },
            "example": {"received": True},
        }
    }


def _refusal(code: str, meaning: str) -> Node:
    waits = {"Retry-After": "RetryAfter"} if code in ("rate_limited", "unavailable") else {}
    return errors.response({code: meaning}, references("headers", {**COMMON, **waits}))
