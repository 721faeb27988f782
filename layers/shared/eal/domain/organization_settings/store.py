"""Reads of an organization's item. Imports no models, because each write of a lead imports this module."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core.table.read import get
from eal.domain.organization_settings.table_keys import organization_key

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.json import Json
    from eal.domain.organization_settings.service_area import ServiceArea


def service_area_of(organization_id: str) -> ServiceArea | None:
    """The organization's current service area."""
    return service_area_in(settings_of(organization_id))


def service_area_in(settings: dict[str, Json]) -> ServiceArea | None:
    return cast("ServiceArea | None", settings.get("service_area"))


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
