"""The public address of a feed: a token in its query stands for an API key, and reads this feed and nothing else.

The token names the tenant and the address, and carries a MAC under a key derived from KMS. So it can be shown again
without being stored, a guessed one costs no read, and it ends when the tenant replaces or deletes the address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.secrets import derived_key
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key
from eal.core.table.read import get
from eal.core.tenancy import Tenant
from eal.domain.content.feed.model import FeedAddress

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.tenancy import Mode

_KIND = "FEED_ADDRESS"
_ID_PREFIX = "feed"
_MODES: dict[str, Mode] = {"l": "live", "t": "test"}
_ID_CHARACTERS = 26
_NAMED_CHARACTERS = 2 * _ID_CHARACTERS + 1
_MAC_BYTES = 15
"""120 bits: 20 characters of base64url."""


def find(tenant: Tenant) -> FeedAddress | None:
    item = get(_key(tenant))
    return load(FeedAddress, item) if item else None


def replace(by: Caller) -> FeedAddress:
    """A new address, which ends the one before it, in the caller's transaction."""
    before = find(by.tenant)
    was = before.version if before else 0
    after = FeedAddress(id=ids.new(_ID_PREFIX, by.at), created_at=by.at, version=was + 1)
    by.transaction.replace({**_key(by.tenant)._asdict(), "kind": _KIND, **dump(after)}, was=was)
    by.transaction.audit("feed_address.created", after.id, audit.changes({}, _audited(after)))
    if before:
        by.transaction.audit("feed_address.replaced", before.id, audit.changes(_audited(before), {}))
    return after


def delete(by: Caller) -> None:
    """End the address, if there is one, in the caller's transaction.

    Raises: PreconditionFailed.
    """
    before = find(by.tenant)
    by.transaction.check_if_match(before.version if before else 0)
    if before is None:
        return
    by.transaction.delete(_key(by.tenant), was=before.version)
    by.transaction.audit("feed_address.deleted", before.id, audit.changes(_audited(before), {}))


def token(tenant: Tenant, address: FeedAddress) -> str:
    """The token of an address: 73 characters for a URL."""
    named = f"{tenant.organization_id[-_ID_CHARACTERS:]}{tenant.mode[0]}{address.id[-_ID_CHARACTERS:]}"
    return named + _mac(named)


def tenant_of(given: str) -> Tenant | None:
    """The tenant whose current address has this token, or None for anything else."""
    named, mac = given[:_NAMED_CHARACTERS], given[_NAMED_CHARACTERS:]
    if len(named) != _NAMED_CHARACTERS or not hmac.compare_digest(
        _mac(named).encode(), mac.encode(errors="replace")
    ):
        return None
    tenant = Tenant(f"org_{named[:_ID_CHARACTERS]}", _MODES[named[_ID_CHARACTERS]])
    address = find(tenant)
    is_current = address is not None and address.id == f"{_ID_PREFIX}_{named[-_ID_CHARACTERS:]}"
    return tenant if is_current else None


def _mac(named: str) -> str:
    digest = hmac.digest(derived_key("feed_address"), named.encode(errors="replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).decode()


def _key(tenant: Tenant) -> Key:
    return key(tenant, _KIND, "address")


def _audited(address: FeedAddress) -> dict[str, str]:
    return {"id": address.id}
