"""Tokens of links that only we can make. Whoever has the link may do what its purpose allows, without signing in.

A token names a tenant and one of its resources, and carries a MAC under a key derived from KMS for its purpose. It is
checked before anything is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.secrets import derived_key
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from eal.core.tenancy import Mode

MAC_BYTES = 15
"""120 bits: 24 characters of base32 without padding."""
_MODES: dict[str, Mode] = {"l": "live", "t": "test"}
_NAMED_CHARACTERS = 53
"""The organization's id and the resource's without their prefixes, and the first letter of the mode between them."""


def token(purpose: str, tenant: Tenant, resource_id: str) -> str:
    """77 characters that show nothing about a person."""
    named = f"{tenant.organization_id[4:]}{tenant.mode[0]}{resource_id.rpartition('_')[2]}"
    return f"{named}{mac(purpose, named, MAC_BYTES)}"


def read(purpose: str, text: str, id_prefix: str) -> tuple[Tenant, str] | None:
    """The tenant and the id of the resource that a token names, or None for anything but a token that we made."""
    named, given = text[:_NAMED_CHARACTERS], text[_NAMED_CHARACTERS:]
    if len(named) != _NAMED_CHARACTERS or not is_genuine(purpose, named, given, MAC_BYTES):
        return None
    mode = _MODES.get(named[26])
    organization_id, resource_id = f"org_{named[:26]}", f"{id_prefix}_{named[27:]}"
    if mode is None or not ids.is_id("org", organization_id) or not ids.is_id(id_prefix, resource_id):
        return None
    return Tenant(organization_id, mode), resource_id


def is_genuine(purpose: str, named: str, given: str, size: int) -> bool:
    """Whether `given` is the MAC of `named`, without showing by the time taken how much of it is right."""
    return hmac.compare_digest(mac(purpose, named, size).encode(), given.encode())


def mac(purpose: str, named: str, size: int) -> str:
    """The MAC of a text in base32, in lower case: 8 characters for 5 bytes, without padding."""
    digest = hmac.digest(derived_key(purpose), named.encode(), hashlib.sha256)[:size]
    return base64.b32encode(digest).decode().lower()
