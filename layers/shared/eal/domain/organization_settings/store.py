"""Reads of an organization's item for API keys, calls and leads. Imports no models, because each write of a lead
imports this module."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.ai.policy import Policy
from eal.core.table.item import load
from eal.core.table.read import get
from eal.domain.organization_settings.hours import DEFAULT_TIMEZONE
from eal.domain.organization_settings.table_keys import organization_key

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.domain.organization_settings.service_area import ServiceArea


def ai_is_enabled(organization_id: str) -> bool:
    """Whether engines may classify the organization's calls."""
    return ai_policy(settings_of(organization_id)).enabled


def ai_policy(settings: dict[str, Json]) -> Policy:
    """Which engines may classify the organization's calls, and what they may cost, by its settings."""
    return load(Policy, cast("Item", settings.get("ai", {})))


def shares_corrections(organization_id: str) -> bool:
    """Whether the organization allows its corrections of calls to be used for evaluating and training engines."""
    return cast("dict[str, bool]", settings_of(organization_id).get("ai", {})).get("share_corrections", False)


def service_area_of(organization_id: str) -> ServiceArea | None:
    """The organization's current service area."""
    return service_area_in(settings_of(organization_id))


def service_area_in(settings: dict[str, Json]) -> ServiceArea | None:
    return cast("ServiceArea | None", settings.get("service_area"))


RECORDING_DAYS, TRANSCRIPT_DAYS, CLAIM_DAYS = 90, 365, 90
"""The defaults of the retention."""


class Retention(NamedTuple):
    """For how many days the recording and the transcript of a call are kept, and the evidence of a closed claim."""

    recording_days: int
    transcript_days: int
    claim_days: int


def retention_of(organization_id: str) -> Retention:
    """The organization's current retention. If it keeps no recordings, they are kept for 0 days."""
    settings = settings_of(organization_id)
    days = cast("dict[str, int]", settings.get("retention", {}))
    keeps_recordings = cast("dict[str, bool]", settings.get("recordings", {})).get("enabled", True)
    return Retention(
        recording_days=days.get("recording_days", RECORDING_DAYS) if keeps_recordings else 0,
        transcript_days=days.get("transcript_days", TRANSCRIPT_DAYS),
        claim_days=days.get("claim_days", CLAIM_DAYS),
    )


DAILY_CAP = 500
"""The default of the outreach e-mails per day."""


class Sender(NamedTuple):
    """Who sends the organization's outreach e-mails."""

    name: str
    email: str
    postal_address: str


class Outreach(NamedTuple):
    """How much outreach e-mail the organization sends, and what is recorded about it."""

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


class ContentSettings(NamedTuple):
    """What published texts may say about the organization, and what they must not."""

    service_areas: tuple[str, ...]
    licences: tuple[str, ...]
    certifications: tuple[str, ...]
    phone: str | None
    website: str | None
    competitors: tuple[str, ...]
    banned_words: tuple[str, ...]


def content_in(settings: dict[str, Json]) -> ContentSettings:
    given = cast("dict[str, list[str]]", settings.get("content", {}))
    return ContentSettings(
        service_areas=tuple(given.get("service_areas", ())),
        licences=tuple(given.get("licences", ())),
        certifications=tuple(given.get("certifications", ())),
        phone=cast("str | None", given.get("phone")),
        website=cast("str | None", given.get("website")),
        competitors=tuple(given.get("competitors", ())),
        banned_words=tuple(given.get("banned_words", ())),
    )


def review_url_in(settings: dict[str, Json]) -> str | None:
    """The page to which review requests lead: the first one that is set. One for all customers, so that none is led
    elsewhere for what it may write. None: no page is set.
    """
    pages = cast("dict[str, str]", settings.get("reviews", {}))
    names = ("google_review_url", "facebook_review_url", "other_review_url")
    return next((pages[name] for name in names if pages.get(name)), None)


def max_requests_per_minute(organization_id: str) -> int | None:
    """The highest rate limit of one of the organization's API keys, if the operator has raised it."""
    item = get(organization_key(organization_id)) or {}
    return cast("int | None", item.get("max_requests_per_minute"))


class Company(NamedTuple):
    """An organization as its e-mails may present it, with its settings in their stored form."""

    name: str
    industry: str
    settings: dict[str, Json]


def company_of(organization_id: str) -> Company:
    item = get(organization_key(organization_id)) or {}
    return Company(
        name=cast("str", item.get("name", "")),
        industry=cast("str", item.get("industry", "")),
        settings=cast("dict[str, Json]", item.get("settings", {})),
    )


def settings_of(organization_id: str) -> dict[str, Json]:
    """The organization's settings in their stored form, which contains only what was set."""
    item = get(organization_key(organization_id)) or {}
    return cast("dict[str, Json]", item.get("settings", {}))


_CACHE_LIFETIME = timedelta(minutes=1)
_MAX_CACHED_ORGANIZATIONS = 1000
_cache: dict[str, tuple[datetime, ServiceArea | None]] = {}


def recent_service_area(organization_id: str, now: datetime) -> ServiceArea | None:
    """The organization's service area, up to a minute old, for scores.

    Cached per process, because every write of a lead scores it and would otherwise cost one more read.
    """
    cached = _cache.get(organization_id)
    if cached is None or now - cached[0] >= _CACHE_LIFETIME:
        cached = (now, service_area_of(organization_id))
        if len(_cache) >= _MAX_CACHED_ORGANIZATIONS:
            _cache.clear()
        _cache[organization_id] = cached
    return cached[1]
