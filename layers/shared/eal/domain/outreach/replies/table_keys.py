"""Keys of replies, for those that need no reply itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table.keys import Key, key, partition

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant

KIND = "REPLY"


def replies_partition(tenant: Tenant, sender: str) -> str:
    """The gsi1 partition of the replies from one address."""
    return partition(tenant, KIND, "sender", sender)


def person_partition(tenant: Tenant, person_id: str) -> str:
    """The gsi2 partition of the replies to e-mails to a lead or prospect, from whatever address."""
    return partition(tenant, KIND, "person", person_id)


def body_key(tenant: Tenant, reply_id: str) -> Key:
    """`org_…#live#REPLY_BODY`, `reply_…`."""
    return key(tenant, "REPLY_BODY", reply_id)
