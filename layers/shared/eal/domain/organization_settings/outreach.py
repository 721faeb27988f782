"""The settings of outreach e-mail: its sender, how much is sent, and what is recorded about it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.domain.organization_settings.hours import DEFAULT_TIMEZONE

if TYPE_CHECKING:
    from eal.core.json import Json
    from eal.core.table.item import Item

DAILY_CAP = 500
"""The default of the outreach e-mails per day."""


class Sender(NamedTuple):
    """The sender of the organization's outreach e-mails."""

    name: str
    email: str
    postal_address: str


class Outreach(NamedTuple):
    """The amount of outreach e-mail that the organization sends, and the records about it."""

    sender: Sender | None
    time_zone: str
    daily_cap: int
    warm_up_started_on: date | None
    reply_domain: str | None
    track_opens: bool
    track_clicks: bool


def outreach_in(settings: dict[str, Json]) -> Outreach:
    sender = cast("dict[str, str] | None", settings.get("sender"))
    given = cast("Item", settings.get("outreach", {}))
    started_on = cast("str | None", given.get("warm_up_started_on"))
    return Outreach(
        sender=Sender(sender["name"], sender["email"], sender["postal_address"]) if sender else None,
        time_zone=cast("str", settings.get("timezone", DEFAULT_TIMEZONE)),
        daily_cap=cast("int", given.get("daily_cap", DAILY_CAP)),
        warm_up_started_on=date.fromisoformat(started_on) if started_on else None,
        reply_domain=cast("str | None", given.get("reply_domain")),
        track_opens=cast("bool", given.get("track_opens", False)),
        track_clicks=cast("bool", given.get("track_clicks", False)),
    )
