"""The cost of an organization's use of a model service in a month, and its budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.ai.engines.bedrock.budget import month_of, usage_in, usage_key
from eal.core.table.read import get_all
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings.table_keys import organization_key
from eal.domain.organizations.wire import AiUsageQuery, AiUsageView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json


def of_month(query: AiUsageQuery, by: Caller) -> AiUsageView:
    """The usage in the caller's mode."""
    month = query.month or month_of(by.at)
    organization, used = get_all([organization_key(by.organization_id), usage_key(by.tenant, month)])
    settings = cast("dict[str, Json]", (organization or {}).get("settings", {}))
    usage, policy = usage_in(used), ai_settings.ai_policy(settings)
    return AiUsageView(
        month=month,
        uses=usage.uses,
        tokens=usage.tokens,
        spent_microusd=usage.spent_microusd,
        held_microusd=usage.held_microusd,
        budget_microusd=policy.monthly_budget_microusd,
    )
