"""Daily caps: how many e-mails an organization, and each of its sequences, sends on a day in the organization's zone.

An e-mail is counted in the transaction before its first request to the vendor, so that no cap is exceeded.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eal.core.clock import to_milliseconds
from eal.core.table.keys import key
from eal.core.table.progress import Addition, ItemChange
from eal.core.table.write import Operation

if TYPE_CHECKING:
    from datetime import date

    from eal.core.caller import Caller
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.organization_settings.outreach import Outreach

WARM_UP = (150, 250, 400, 700, 1000, 1500, 2000)
"""E-mails on each of the first days of a new domain: Resend's advice for the first week."""
_KIND = "SEND_COUNT"
_RETENTION = timedelta(days=40)


class CapReached(Exception):
    """Raised if a daily cap is reached: of the sequence, or of the organization if `sequence_id` is None."""

    def __init__(self, sequence_id: str | None) -> None:
        super().__init__("the daily cap is reached")
        self.sequence_id = sequence_id


def cap_on(day: date, outreach: Outreach) -> int:
    """The organization's cap on a day. A warm-up that has not begun yet is like its first day."""
    started_on = outreach.warm_up_started_on
    days = max((day - started_on).days, 0) if started_on else len(WARM_UP)
    return min(outreach.daily_cap, WARM_UP[days]) if days < len(WARM_UP) else outreach.daily_cap


def day_of(now: datetime, outreach: Outreach) -> date:
    return now.astimezone(ZoneInfo(outreach.time_zone)).date()


def next_day(now: datetime, outreach: Outreach) -> datetime:
    """The beginning of the next day in the organization's zone."""
    tomorrow = day_of(now, outreach) + timedelta(days=1)
    return to_milliseconds(datetime.combine(tomorrow, time(), ZoneInfo(outreach.time_zone)))


def count(day: date, cap: int, sequence: tuple[str, int | None] | None, by: Caller) -> None:
    """Count one e-mail of a day, in the caller's transaction. `sequence` is its id with its own cap, if it has one.

    The commit raises CapReached.
    """
    by.transaction.add(_counting(_count_key(by.tenant, day), cap, None, by))
    sequence_id, own_cap = sequence or (None, None)
    if sequence_id and own_cap is not None:
        by.transaction.add(_counting(_count_key(by.tenant, day, sequence_id), own_cap, sequence_id, by))


def take_back(day: date, sequence: tuple[str, int | None] | None, by: Caller) -> None:
    """Uncount an e-mail that the vendor did not accept, in the caller's transaction, with the arguments of `count`."""
    keys = [_count_key(by.tenant, day)]
    if sequence and sequence[1] is not None:
        keys.append(_count_key(by.tenant, day, sequence[0]))
    for counter in keys:
        by.transaction.add(Addition(key=counter, kind=_KIND, amounts={"sent": -1}).operation())


def _counting(counter: Key, cap: int, sequence_id: str | None, by: Caller) -> Operation:
    change = ItemChange(
        key=counter,
        expression="SET #kind = if_not_exists(#kind, :kind), #ttl = if_not_exists(#ttl, :ttl) ADD #sent :one",
        condition="attribute_not_exists(#sent) OR #sent < :cap",
        names={"#kind": "kind", "#ttl": "ttl", "#sent": "sent"},
        values={":kind": _KIND, ":ttl": int((by.at + _RETENTION).timestamp()), ":one": 1, ":cap": cap},
    )
    return Operation(change.operation().request, lambda _old: CapReached(sequence_id))


def _count_key(tenant: Tenant, day: date, sequence_id: str | None = None) -> Key:
    """`org_…#live#SEND_COUNT`, `2026-04-24` or `2026-04-24#seq_…`."""
    return key(tenant, _KIND, f"{day}#{sequence_id}" if sequence_id else f"{day}")
