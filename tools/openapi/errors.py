"""The errors of endpoints: their schema, the meaning of each code, and the codes that an endpoint can return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import errors
from eal.core.caller import SCOPES
from eal.core.listing import ListQuery
from eal.entry.http.request import MAX_BODY_BYTES
from tools.openapi.parameters import takes_if_match
from tools.openapi.schemas import CSV, FEEDS, JSON, REF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.entry.http.route import Route
    from tools.openapi.schemas import Node

STATUS_OF = {error.code: error.status for error in errors.ApiError.__subclasses__()}

MEANING = {
    "invalid_request": "The body is not a JSON object or has a member twice, or a header is malformed.",
    "invalid_cursor": "The cursor does not belong to this list.",
    "missing_key": "Send your API key as 'Authorization: Bearer eal_live_…'.",
    "invalid_key": "This API key is malformed or unknown. Check that it was copied completely.",
    "expired_key": "This API key has expired. Use another key.",
    "revoked_key": "This API key was revoked. Use another key.",
    "invalid_signature": "The signature does not match the body.",
    "insufficient_scope": "The key lacks the scope in details.required, or details.reason says what else it lacks.",
    "sign_in_refused": "The sign-in is not valid, or nobody has invited this person. details.reason says which.",
    "reauthentication_required": "A session needs a sign-in of the last 10 minutes for this. Sign in again.",
    "grant_required": "The organization has not granted access to this resource, or the request is a write.",
    "ip_not_allowed": "This API key cannot be used from this IP address. Change its allowed_cidrs, or use another key.",
    "not_found": "The resource does not exist, or belongs to another tenant.",
    "method_not_allowed": "This path does not support this method.",
    "conflict": "The request conflicts with the current state of the resource.",
    "illegal_transition": "The current status does not allow this change. details.allowed lists the allowed statuses.",
    "precondition_failed": "The resource has changed. Read it again, and repeat the change with the new ETag.",
    "payload_too_large": f"The body is larger than {MAX_BODY_BYTES:,} bytes (256 KiB). Split the request.",
    "unsupported_media_type": "The Content-Type must be application/json.",
    "validation_error": "A field or query parameter is missing, unknown or invalid. details.fields lists each one.",
    "idempotency_mismatch": "This Idempotency-Key was already used for a different request.",
    "rate_limited": "Too many requests. Try again after the seconds in Retry-After, or in a second if it is absent.",
    "internal_error": "An internal error occurred. Try again.",
    "unavailable": "A service that the API depends on is unavailable. Try again.",
}
"""The meaning of each error code of `eal.core.errors`."""


def _text(description: str, **schema: object) -> Node:
    return {"type": "string", "description": description, **schema}


DETAILS: dict[str, Node] = {
    "allowed": {
        "type": "array",
        "items": {"type": "string"},
        "description": "`illegal_transition`: the allowed statuses. "
        "`method_not_allowed`: the methods that the path supports.",
    },
    "auth_time": _text("`reauthentication_required`: when the member last signed in.", format="date-time"),
    "bound": _text(
        "`insufficient_scope`: the field that would exceed the calling key's own value.",
        enum=["expires_at", "allowed_cidrs"],
    ),
    "blocking_checks": {
        "type": "array",
        "items": {"type": "string"},
        "description": "`conflict`: ids of findings that a sign-off must acknowledge; 100 at most.",
    },
    "disabled_reason": _text("`conflict`: why the webhook endpoint is disabled."),
    "email_id": _text("`conflict`: the e-mail that the draft became."),
    "findings": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["rule", "level", "advice"],
            "properties": {
                "rule": _text("The rule that the text breaks."),
                "level": _text(
                    "`block`: must be fixed before the text is approved. `warn`: a person decides.",
                    enum=["block", "warn"],
                ),
                "advice": _text("What to do about it, in English."),
                "field": {
                    "type": ["string", "null"],
                    "description": "The part of the text. Null if the finding is about something missing.",
                },
                "quote": {
                    "type": ["string", "null"],
                    "description": "The text that breaks the rule. Null if the finding is about something missing.",
                },
            },
        },
        "description": "`conflict`: the findings of the content policy. Those with the level `block` are the reason.",
    },
    "id": _text(
        "`conflict`: the existing resource. `not_found`: the resource that does not exist or was erased."
    ),
    "ids": {
        "type": "array",
        "items": {"type": "string"},
        "description": "`conflict`: the exports that are running.",
    },
    "lead_id": _text("`conflict`, `illegal_transition`: the lead that the prospect was converted to."),
    "legal_hold": {
        "type": "boolean",
        "description": "`conflict`: true if a legal hold forbids the deletion.",
    },
    "limit": {
        "type": "integer",
        "description": "`conflict`: the maximum number of resources. `payload_too_large`: the maximum size in bytes.",
    },
    "matched_on": _text(
        "`conflict`: the field that has the same value in both resources.",
        enum=["email", "phones", "claim_number", "lead_id"],
    ),
    "next_possible_at": _text("`conflict`: when the customer can be asked for a review again."),
    "reason": _text(
        "`conflict`: the organization would lose its last owner (`last_owner`). "
        "`insufficient_scope`, if the scope is sufficient: a test key cannot change what both modes share "
        "(`test_key`), a key cannot give another key more than it has itself (`bound`), or a member who is no owner "
        "cannot change one (`owner`). `grant_required`: a parent cannot write (`read_only`), or the resource cannot be "
        "granted (`not_grantable`). `sign_in_refused`: the code is wrong, expired or used (`invalid_code`), the token "
        "is not of this sign-in (`invalid_token`), the account's e-mail address is not verified (`unverified_email`), "
        "nobody has invited it (`unknown_member`), it is bound to another account (`other_account`), or the "
        "organization is not one of the person's (`not_a_member`).",
        enum=[
            *("test_key", "bound", "owner", "read_only", "not_grantable"),
            *("invalid_code", "invalid_token", "unverified_email", "unknown_member", "other_account"),
            *("not_a_member", "last_owner"),
        ],
    ),
    "replay_id": _text("`conflict`: the replay that is in progress."),
    "requested_at": _text("`conflict`: when the replay that is in progress was requested."),
    "required": _text(
        "`insufficient_scope`: the required scope, or `session` if an API key is not enough.",
        enum=[*SCOPES, "session"],
    ),
    "resource": _text("`grant_required`: the resource that the child has not granted."),
    "status": _text("`conflict`, `illegal_transition`: the current status."),
    "suppression_id": _text("`conflict`: the suppression of the recipient's address or domain."),
    "unfinished": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "status"],
            "properties": {
                "id": _text("The id of the import."),
                "status": _text("The status of the import."),
            },
        },
        "description": "`conflict`: the unfinished imports.",
    },
    "vendor": _text("`conflict`: the vendor to connect first."),
    "version": {"type": "integer", "description": "`precondition_failed`: the resource's current version."},
    "webhook_id": _text("`conflict`: the webhook endpoint of the delivery."),
    "undecided_items": {
        "type": "array",
        "items": {"type": "string"},
        "description": "`conflict`: ids of items that must be decided before the sign-off; 100 at most.",
    },
}
"""The members of an error's `details`, except request_id and fields. Each description begins with its codes."""

_MESSAGES = {"validation_error": "Field 'email' is required"}
"""Example messages that differ from the meaning of their code."""

_EXAMPLES: dict[str, Node] = {
    "grant_required": {"resource": "leads"},
    "illegal_transition": {"status": "new", "allowed": ["contacted", "lost", "disqualified"]},
    "insufficient_scope": {"required": "write"},
    "payload_too_large": {"limit": MAX_BODY_BYTES},
    "precondition_failed": {"version": 4},
    "reauthentication_required": {"auth_time": "2026-04-24T17:30:00.000Z"},
    "sign_in_refused": {"reason": "invalid_code"},
    "validation_error": {
        "fields": [{"pointer": "/email", "message": errors.REQUIRED, "type": "missing", "location": "body"}]
    },
}

OWN_EXAMPLES: dict[str, dict[str, tuple[str, Node]]] = {
    "createClaim": {
        "conflict": (
            "The claim clm_01kq09bekje6vbq5xe2b60xtww has the same claim number of the same carrier.",
            {"id": "clm_01kq09bekje6vbq5xe2b60xtww", "matched_on": "claim_number"},
        )
    },
    "eraseClaim": {
        "conflict": (
            "The claim clm_01kq09bekje6vbq5xe2b60xtww is on legal hold. Nothing of it can be deleted until the hold is "
            "released.",
            {"id": "clm_01kq09bekje6vbq5xe2b60xtww", "legal_hold": True},
        )
    },
    "createClaimPhoto": {
        "conflict": (
            "The claim clm_01kq09bekje6vbq5xe2b60xtww is closed. Reopen it first, with POST "
            "/claims/{id}/transitions.",
            {"id": "clm_01kq09bekje6vbq5xe2b60xtww", "status": "closed"},
        )
    },
    **{
        operation: {
            "conflict": (
                "The scope of a claim with the status 'extracting' cannot be reviewed. Wait for the extraction.",
                {"id": "clm_01kq09bekje6vbq5xe2b60xtww", "status": "extracting"},
            )
        }
        for operation in ("acceptClaimScopeItems", "updateClaimScopeItem", "updateClaimRoom")
    },
    **{
        operation: {
            "conflict": (
                "This is the last owner who has signed in. First make another member who has signed in an owner.",
                {"reason": "last_owner"},
            )
        }
        for operation in ("updateMember", "removeMember")
    },
    "extractClaim": {
        "conflict": (
            "The claim clm_01kq09bekje6vbq5xe2b60xtww is being extracted, and its evidence has not changed since.",
            {"id": "clm_01kq09bekje6vbq5xe2b60xtww", "status": "extracting"},
        )
    },
    "signOffClaim": {
        "conflict": (
            "2 items of the scope are not decided yet. Accept, edit or reject each of them.",
            {
                "id": "clm_01kq09bekje6vbq5xe2b60xtww",
                "undecided_items": ["item_01kq09bekje6vbq5xe2b60xtww", "item_01kq09bekje6vbq5xe2b60xtwx"],
            },
        )
    },
    "deleteClaimPhoto": {
        "conflict": (
            "The claim clm_01kq09bekje6vbq5xe2b60xtww is on legal hold. Nothing of it can be deleted until the hold is "
            "released.",
            {"id": "clm_01kq09bekje6vbq5xe2b60xtww", "legal_hold": True},
        )
    },
    "createLead": {
        "conflict": (
            "The lead lead_01kq09bekje6vbq5xe2b60xtww has the same e-mail address.",
            {"id": "lead_01kq09bekje6vbq5xe2b60xtww", "matched_on": "email"},
        )
    },
    "sendDraft": {
        "conflict": (
            "The content policy blocks this draft. Fix each finding with the level 'block', then send it again.",
            {
                "findings": [
                    {
                        "rule": "fake_urgency",
                        "level": "block",
                        "field": "subject",
                        "quote": "Final notice",
                        "advice": "Leave out the pressure. State a real date and its reason if there is one.",
                    }
                ]
            },
        )
    },
    "transitionClaim": {
        "illegal_transition": (
            "A claim with the status 'open' cannot become 'signed_off'.",
            {"status": "open", "allowed": ["closed"]},
        )
    },
}
"""Message and details of errors that are more specific in one operation."""

_OWN_SESSIONS = ("listMemberSessions", "endMemberSession", "endMemberSessions")
"""They need the scope read for the member's own sessions, and admin for those of others."""
_MOVES = {"transitionClaim", "transitionLead", "updateProspect"}
"""Operations that change a status whose transitions are limited."""


def schema() -> Node:
    field = {
        "type": "object",
        "required": ["pointer", "message", "type"],
        "properties": {
            "pointer": {
                "type": "string",
                "description": "JSON pointer into the body, or `/` and the name of the query parameter.",
            },
            "message": {"type": "string", "description": "What is wrong, for people."},
            "type": {
                "type": "string",
                "description": "The kind of fault, for programs, such as `missing`, `extra_forbidden`, "
                "`not_in_future` or `blocked_address`. New kinds can be added.",
            },
            "location": {
                "type": "string",
                "enum": ["body", "query"],
                "description": "The part of the request that `pointer` refers to.",
            },
        },
    }
    details = {
        "type": "object",
        "description": "What else a program needs. The members depend on `code`.",
        "required": ["request_id"],
        "properties": {
            "request_id": {"type": "string", "description": "The request's id, as in X-Request-Id."},
            "fields": {
                "type": "array",
                "items": field,
                "description": "`validation_error`: the invalid fields, at most 100.",
            },
            **DETAILS,
        },
    }
    return {
        "title": "Error",
        "description": "Every error response has this form.",
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "description": "What went wrong.",
                "required": ["code", "message", "details"],
                "properties": {
                    "code": {
                        "type": "string",
                        "enum": sorted(STATUS_OF),
                        "description": "The kind of error, for programs.",
                    },
                    "message": {
                        "type": "string",
                        "description": "What is wrong and what to do, for people. The text can change.",
                    },
                    "details": details,
                },
            }
        },
        "examples": [example("validation_error")],
    }


def response(meanings: Mapping[str, str], headers: dict[str, Node], operation_id: str = "") -> Node:
    """The response for a status, with the meaning of each of its codes."""
    return {
        "description": "\n\n".join(f"`{code}`: {text}" for code, text in meanings.items()),
        "headers": headers,
        "content": {
            JSON: {
                "schema": {"$ref": REF.format(model="Error")},
                "examples": {
                    code: {"value": example(code, operation_id, text)} for code, text in meanings.items()
                },
            }
        },
    }


def example(code: str, operation_id: str = "", meaning: str = "") -> Node:
    usual = _MESSAGES.get(code, meaning or MEANING[code]), _EXAMPLES.get(code, {})
    message, details = OWN_EXAMPLES.get(operation_id, {}).get(code, usual)
    request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    return {"error": {"code": code, "message": message, "details": {"request_id": request_id, **details}}}


def codes_of(route: Route) -> dict[int, list[str]]:
    """The error codes that an endpoint can return, by status. They follow from the properties of its route."""
    writes = route.method != "GET"
    lists = route.query is not None and (issubclass(route.query, ListQuery) or route.operation_id in FEEDS)
    with_key = route.needs is not None
    only_sessions = route.needs is not None and route.needs.session
    beyond_read = route.scope != "read" or only_sessions or route.operation_id in _OWN_SESSIONS
    conditions = {
        "invalid_request": with_key or route.body is not None,
        "invalid_cursor": lists,
        "missing_key": with_key,
        "invalid_key": with_key,
        "expired_key": with_key,
        "revoked_key": with_key and not only_sessions,
        "insufficient_scope": with_key and beyond_read,
        "reauthentication_required": route.needs is not None and route.needs.recent,
        "sign_in_refused": route.operation_id == "createSession",
        "grant_required": with_key,
        "ip_not_allowed": with_key and not only_sessions,
        "not_found": with_key,
        "conflict": writes or CSV.get(route.operation_id) is not None,
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
    by_status: dict[int, list[str]] = {}
    for code, can_happen in conditions.items():
        if can_happen:
            by_status.setdefault(STATUS_OF[code], []).append(code)
    return by_status
