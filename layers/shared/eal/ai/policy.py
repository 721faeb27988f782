"""Engines that judge a tenant's calls, and their budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type EngineChoice = Literal["embedded", "bedrock_when_unsure", "bedrock_always"]

MICROUSD_PER_CENT = 10_000
MIN_BUDGET_CENTS = 100
"""One use of the dearest model holds up to half a dollar: a smaller budget might never be used."""
MAX_SELF_SERVICE_BUDGET_CENTS = 5_000
"""The highest sum of the budgets of a family (`eal.domain.families`) unless the operator, who pays the bill
of Bedrock, has raised it."""
MAX_BUDGET_CENTS = 100_000
"""The highest budget of one organization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The tenant's settings `ai`. Without a budget, nothing that costs money runs."""

    enabled: bool = True
    engine: EngineChoice = "embedded"
    monthly_budget_cents: int = 0

    @property
    def monthly_budget_microusd(self) -> int:
        return self.monthly_budget_cents * MICROUSD_PER_CENT
