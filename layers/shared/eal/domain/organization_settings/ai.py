"""The settings `ai`: which engines may judge the organization's texts, and what they may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.ai.policy import Policy
from eal.core.errors import Conflict
from eal.core.table.item import load
from eal.domain.organization_settings.store import settings_of

if TYPE_CHECKING:
    from eal.core.json import Json
    from eal.core.table.item import Item


def ai_is_enabled(organization_id: str) -> bool:
    """Whether engines may classify the organization's calls."""
    return ai_policy(settings_of(organization_id)).enabled


def require_enabled(settings: dict[str, Json]) -> None:
    """Raises: Conflict if the organization has switched AI off."""
    if not ai_policy(settings).enabled:
        raise Conflict(
            "AI is switched off. Set 'ai.enabled' in the organization's settings to true, with PATCH /organizations/me."
        )


def ai_policy(settings: dict[str, Json]) -> Policy:
    """The engines that may classify the organization's calls, and their budget, by its settings."""
    return load(Policy, cast("Item", settings.get("ai", {})))


def shares_corrections(organization_id: str) -> bool:
    """Whether the organization allows its corrections of calls to be used for evaluating and training engines."""
    return cast("dict[str, bool]", settings_of(organization_id).get("ai", {})).get("share_corrections", False)
