"""How many people an organization may invite. Each invitation is an e-mail in the product's name, to an address that
anybody could have entered.

One item of the organization and one of its family have the times of the last hour's invitations.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, cast

from eal.core.clock import parse, rfc3339
from eal.core.errors import Conflict, RateLimited
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.tenancy import BothModes
from eal.domain.families import store as families

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.domain.members.model import Member

MAX_OPEN = 20
"""Invitations of an organization whose members have not signed in yet."""
MAX_PER_HOUR = 10
"""Invitations of an organization, also of members who were removed since."""
MAX_PER_HOUR_OF_FAMILY = 50
"""Invitations of an organization, its parents and children together."""
_HOUR = timedelta(hours=1)
_KIND = "INVITATIONS"


def count(members: Iterable[Member], by: Caller) -> None:
    """Count an invitation in the caller's transaction. `members` are those of the organization, which are read after
    the times: of two invitations at the same moment, one starts again from its reads.

    Raises: RateLimited after too many in the last hour; Conflict if MAX_OPEN are open.
    """
    own = by.organization_id
    _count_in_hour(own, "organization", MAX_PER_HOUR, by)
    _count_in_hour(families.topmost(own), "family", MAX_PER_HOUR_OF_FAMILY, by)
    if sum(member.status == "invited" for member in members) >= MAX_OPEN:
        raise Conflict(
            f"{MAX_OPEN} invitations are open, which is the limit. Remove members who will not sign in first.",
            limit=MAX_OPEN,
        )


def _count_in_hour(owner_id: str, of: str, most: int, by: Caller) -> None:
    item_key = key(BothModes(owner_id), _KIND, of)
    item = get(item_key) or {"times": [], "version": 0}
    times = [text for text in cast("list[str]", item["times"]) if parse(text) > by.at - _HOUR]
    if len(times) >= most:
        free_in = parse(times[0]) + _HOUR - by.at
        raise RateLimited(ceil(free_in.total_seconds()), f"invitations of your {of} within an hour")
    was = cast("int", item["version"])
    new: Item = {
        **item_key._asdict(),
        "kind": _KIND,
        "times": [*times, rfc3339(by.at)],
        "version": was + 1,
        "ttl": int((by.at + _HOUR).timestamp()),
    }
    by.transaction.put_version(new, was=was)
