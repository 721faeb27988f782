"""What calls and leads ask of an organization's settings. Without its models: each write of a lead imports this."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core.table.read import get
from eal.domain.organization_settings.table_keys import at

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.json import Json
    from eal.domain.organization_settings.service_area import ServiceArea


def ai_is_enabled(organization_id: str) -> bool:
    """Whether engines may judge the organization's calls."""
    return cast("dict[str, bool]", _settings(organization_id).get("ai", {})).get("enabled", True)


def service_area_of(organization_id: str) -> ServiceArea | None:
    """The organization's service area, as it is now."""
    return cast("ServiceArea | None", _settings(organization_id).get("service_area"))


def _settings(organization_id: str) -> dict[str, Json]:
    item = get(at(organization_id)) or {}
    return cast("dict[str, Json]", item.get("settings", {}))


_RECENT = timedelta(minutes=1)
_MOST_RECENT = 1000
_recent: dict[str, tuple[datetime, ServiceArea | None]] = {}


def recent_service_area(organization_id: str, now: datetime) -> ServiceArea | None:
    """The organization's service area, up to a minute old, for scores: a process keeps it.

    Every write of a lead scores it, and would cost one more read each time.
    """
    known = _recent.get(organization_id)
    if known is None or now - known[0] >= _RECENT:
        known = (now, service_area_of(organization_id))
        if len(_recent) >= _MOST_RECENT:
            _recent.clear()
        _recent[organization_id] = known
    return known[1]
