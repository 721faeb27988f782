"""The numbers that the organizations of a family share, and their limits."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from eal.ai.policy import MAX_SELF_SERVICE_BUDGET_CENTS
from eal.core.tenancy import Mode

MAX_SELF_SERVICE_CHILDREN = 25
"""Maximum number of children of a family, unless the operator has raised its limit."""
MAX_CHILDREN = 5000
"""The highest limit that the operator can set."""
MAX_SELF_SERVICE_KEYS = 100
"""Keys of one mode that a family may have in use, unless the operator has raised its limit: three for each of 25
children, and 25 for their parent."""
MAX_KEYS = 50_000
"""The highest limit that the operator can set."""
MAX_BUDGET_CENTS = 10_000_000
"""The highest limit of a family's monthly AI budgets that the operator can set."""


class Numbers(NamedTuple):
    """The counters of a family: the organizations below the topmost one, the keys that the quotas of all organizations
    name (`eal.domain.api_keys.quota`), and the sum of their monthly AI budgets."""

    children: int = 0
    live_keys: int = 0
    test_keys: int = 0
    ai_budget_cents: int = 0

    def plus(self, step: Self) -> Self:
        return type(self)(*(number + more for number, more in zip(self, step, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyLimits:
    """The limits that the operator set for a family. None: the limit of every family."""

    max_children: int | None = None
    max_keys: int | None = None
    max_ai_budget_cents: int | None = None


class Family(NamedTuple):
    """`id` is the topmost organization.

    `overspent_cents` is by how much the costs of `overspent_month` exceed budgets that were lowered after the use: what
    one organization has spent can be the budget of no other one in the same month.
    """

    id: str
    numbers: Numbers = Numbers()
    overspent_cents: int = 0
    overspent_month: str = ""
    limits: FamilyLimits = FamilyLimits()

    def most(self, month: str) -> Numbers:
        """The highest numbers in a month."""
        keys = self.limits.max_keys or MAX_SELF_SERVICE_KEYS
        budget = self.limits.max_ai_budget_cents or MAX_SELF_SERVICE_BUDGET_CENTS
        return Numbers(
            children=self.limits.max_children or MAX_SELF_SERVICE_CHILDREN,
            live_keys=keys,
            test_keys=keys,
            ai_budget_cents=budget - self.overspent_in(month),
        )

    def has_room_for_key(self, mode: Mode) -> bool:
        numbers, most = self.numbers, self.most(self.overspent_month)
        return numbers.live_keys < most.live_keys if mode == "live" else numbers.test_keys < most.test_keys

    def overspent_in(self, month: str) -> int:
        return self.overspent_cents if self.overspent_month == month else 0
