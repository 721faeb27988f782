"""Addresses that only we can make: the unsubscribe link and the reply address of an e-mail, and the link of a review
request.

Each names its e-mail or its request and carries a MAC under a key derived from KMS, so that nobody can unsubscribe
others or answer for them. A link also names the tenant, because its request has no other credential. A reply address is
lower case and at most 64 characters before the @ (RFC 5321, 4.5.3.1.1), and mail systems may change its case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eal.core import ids, link_tokens

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant

_REPLY_MAC_BYTES = 10
_REPLY_PREFIX = "r-"
_REPLY_PURPOSE = "reply_address"


class SentEmail(NamedTuple):
    """The e-mail that a link names, and whose it is."""

    tenant: Tenant
    email_id: str


class SentRequest(NamedTuple):
    """The review request that a link names, and whose it is."""

    tenant: Tenant
    request_id: str


def unsubscribe_token(tenant: Tenant, email_id: str) -> str:
    """The token in `/v1/u/{token}`: 77 characters that show nothing about the recipient."""
    return link_tokens.token("unsubscribe", tenant, email_id)


def review_token(tenant: Tenant, request_id: str) -> str:
    """The token in `/v1/r/{token}`."""
    return link_tokens.token("review_link", tenant, request_id)


def unsubscribe_placeholder(email_id: str) -> str:
    """The placeholder of the unsubscribe link in a stored e-mail until it is sent (`.invalid`: RFC 2606, 2).

    For e-mails that an endpoint queues: an endpoint does not know the API's address, because the API depends on it.
    """
    return f"https://unsubscribe.invalid/{email_id}"


def review_placeholder(request_id: str) -> str:
    """The placeholder of the link of a review request."""
    return f"https://review.invalid/{request_id}"


def read_unsubscribe_token(token: str) -> SentEmail | None:
    """The e-mail that a token names, or None for anything but a token that we made."""
    found = link_tokens.read("unsubscribe", token, "email")
    return SentEmail(*found) if found else None


def read_review_token(token: str) -> SentRequest | None:
    """The review request that a token names, or None for anything but a token that we made."""
    found = link_tokens.read("review_link", token, "review_request")
    return SentRequest(*found) if found else None


def reply_address(tenant: Tenant, email_id: str, domain: str) -> str:
    """The address to which replies to an e-mail go."""
    named = email_id.rpartition("_")[2]
    mac = link_tokens.mac(_REPLY_PURPOSE, _reply_named(tenant, named), _REPLY_MAC_BYTES)
    return f"{_REPLY_PREFIX}{named}-{mac}@{domain}"


def read_reply_address(tenant: Tenant, address: str) -> str | None:
    """The id of the e-mail that an address of the tenant names, or None for any other address."""
    local = address.partition("@")[0].lower()
    named, _, given = local.removeprefix(_REPLY_PREFIX).partition("-")
    if not local.startswith(_REPLY_PREFIX) or not ids.is_id("email", f"email_{named}"):
        return None
    is_ours = link_tokens.is_genuine(_REPLY_PURPOSE, _reply_named(tenant, named), given, _REPLY_MAC_BYTES)
    return f"email_{named}" if is_ours else None


def _reply_named(tenant: Tenant, named: str) -> str:
    return f"{tenant.organization_id}#{tenant.mode}#{named}"
