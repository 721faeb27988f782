"""Suppressions in the State table, found by address or domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.table.collection import Collection
from eal.core.table.item import dump
from eal.core.table.keys import Key, key
from eal.core.table.read import get_all
from eal.domain.outreach.suppressions.model import PERSONAL, Suppression

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.suppressions.model import SuppressionReason, SuppressionSource

SUPPRESSIONS = Collection("SUPPRESSION", Suppression, id_prefix="sup", noun="suppression")

_NOT_AUDITED = frozenset({"id", "created_at", "salt", "version"})


def claim_key(tenant: Tenant, suppressed: str) -> Key:
    """`org_…#live#SUPPRESSION_CLAIM`, and the address or domain: it names the one suppression of it."""
    return key(tenant, "SUPPRESSION_CLAIM", suppressed)


def find(tenant: Tenant, address: str) -> Suppression | None:
    """The suppression of an address, or else of its domain. None if e-mail may be sent to it."""
    domain = address.rpartition("@")[2]
    claims = get_all([claim_key(tenant, address), claim_key(tenant, domain)])
    for claim in claims:
        if claim and (found := SUPPRESSIONS.find(tenant, cast("str", claim["suppression_id"]))):
            return found
    return None


def suppress_address(
    address: str,
    reason: SuppressionReason,
    source: SuppressionSource,
    by: Caller,
    *,
    email_id: str | None = None,
) -> Suppression | None:
    """Suppress an address, in the caller's transaction. None if it is suppressed already.

    The commit raises AlreadyWritten if another worker suppresses it concurrently.
    """
    if get_all([claim_key(by.tenant, address)])[0]:
        return None
    new = Suppression(
        id=ids.new("sup", by.at),
        reason=reason,
        source=source,
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
        address=address,
        email_id=email_id,
    )
    add(new, by)
    return new


def add(new: Suppression, by: Caller) -> None:
    suppressed = cast("str", new.address or new.domain)
    claim = claim_key(by.tenant, suppressed)
    by.transaction.create({**claim._asdict(), "kind": "SUPPRESSION_CLAIM", "suppression_id": new.id})
    by.transaction.create(item_of(new, by))
    by.transaction.audit("suppression.created", new.id, _changes(dump(new), new.salt))


def item_of(suppression: Suppression, by: Caller) -> Item:
    """The suppression's item, indexed by reason."""
    return SUPPRESSIONS.item(by.tenant, suppression, gsi1=("reason", suppression.reason))


def _changes(stored: Item, salt: str) -> tuple[audit.Change, ...]:
    audited = {name: value for name, value in stored.items() if name not in _NOT_AUDITED}
    return audit.changes({}, audited, personal=PERSONAL, salt=salt)
