"""Addresses that only we can make: the unsubscribe link and the reply address of an e-mail, and the link of a review
request.

Each names its e-mail or its request and carries a MAC under a key derived from KMS, so that nobody can unsubscribe
others or answer for them. A link also names the tenant, because its request has no other credential. A reply address is
lower case and at most 64 characters before the @ (RFC 5321, 4.5.3.1.1), and mail systems may change its case.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from eal.core import ids
from eal.core.secrets import derived_key
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from eal.core.tenancy import Mode

_MAC_BYTES = 15
"""120 bits: 24 characters of base32 without padding, 20 of base64url."""
_REPLY_MAC_BYTES = 10
_REPLY_PREFIX = "r-"
_MODES: dict[str, Mode] = {"l": "live", "t": "test"}


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
    return _token("unsubscribe", tenant, email_id)


def review_token(tenant: Tenant, request_id: str) -> str:
    """The token in `/v1/r/{token}`."""
    return _token("review_link", tenant, request_id)


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
    found = _read("unsubscribe", token, "email")
    return SentEmail(*found) if found else None


def read_review_token(token: str) -> SentRequest | None:
    """The review request that a token names, or None for anything but a token that we made."""
    found = _read("review_link", token, "review_request")
    return SentRequest(*found) if found else None


def reply_address(tenant: Tenant, email_id: str, domain: str) -> str:
    """The address to which replies to an e-mail go."""
    named = email_id.rpartition("_")[2]
    return f"{_REPLY_PREFIX}{named}-{_text(_reply_mac(tenant, named))}@{domain}"


def read_reply_address(tenant: Tenant, address: str) -> str | None:
    """The id of the e-mail that an address of the tenant names, or None for any other address."""
    local = address.partition("@")[0].lower()
    named, _, given = local.removeprefix(_REPLY_PREFIX).partition("-")
    if not local.startswith(_REPLY_PREFIX) or not ids.is_id("email", f"email_{named}"):
        return None
    expected = _text(_reply_mac(tenant, named))
    return f"email_{named}" if hmac.compare_digest(expected.encode(), given.encode()) else None


def _token(purpose: str, tenant: Tenant, named_id: str) -> str:
    named = f"{tenant.organization_id[4:]}{tenant.mode[0]}{named_id.rpartition('_')[2]}"
    return f"{named}{_text(_mac(purpose, named, _MAC_BYTES))}"


def _read(purpose: str, token: str, id_prefix: str) -> tuple[Tenant, str] | None:
    named, given = token[:53], token[53:]
    if len(named) != 53 or not _is_genuine(purpose, named, given, _MAC_BYTES):
        return None
    mode = _MODES.get(named[26])
    organization_id, named_id = f"org_{named[:26]}", f"{id_prefix}_{named[27:]}"
    if mode is None or not ids.is_id("org", organization_id) or not ids.is_id(id_prefix, named_id):
        return None
    return Tenant(organization_id, mode), named_id


def _reply_mac(tenant: Tenant, named: str) -> bytes:
    return _mac("reply_address", f"{tenant.organization_id}#{tenant.mode}#{named}", _REPLY_MAC_BYTES)


def _is_genuine(purpose: str, named: str, given: str, size: int) -> bool:
    return hmac.compare_digest(_text(_mac(purpose, named, size)).encode(), given.encode())


def _mac(purpose: str, named: str, size: int) -> bytes:
    return hmac.digest(derived_key(purpose), named.encode(), hashlib.sha256)[:size]


def _text(mac: bytes) -> str:
    """Base32 in lower case: 8 characters for 5 bytes, without padding."""
    return base64.b32encode(mac).decode().lower()
