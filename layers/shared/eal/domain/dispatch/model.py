"""A dispatch: what the rules decided, a person's override, and the acknowledgement by the person on call."""

from dataclasses import dataclass, field
from typing import Literal

from eal.core.clock import Instant
from eal.core.json import Json

type Action = Literal[
    "dispatch_now",
    "schedule_inspection",
    "callback",
    "transfer",
    "refer_out",
    "reject",
    "no_action",
    "needs_review",
]
type RuleId = Literal[
    "safety_first",
    "confidence",
    "in_service_area",
    "qualified",
    "urgency",
    "within_business_hours",
    "on_call_available",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one rule saw and concluded. `decisive`: the action follows from this conclusion."""

    rule: RuleId
    saw: dict[str, Json]
    concluded: str
    decisive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the rules decided. `assigned_phone` tells apart people on call of the same name."""

    action: Action
    reasons: tuple[Reason, ...]
    due_at: Instant | None = None
    assigned_to: str | None = None
    assigned_phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedBy:
    """The key, member or worker behind a decision or an override."""

    type: Literal["api_key", "member", "worker", "vendor", "system"]
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a person decided instead of the rules."""

    action: Action
    reason: str
    at: Instant
    by: DecidedBy
    due_at: Instant | None = None
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """How far a dispatch has gone through the people on call. Level 0 is the first person.

    `tried` has the phones of those who were asked before. `acknowledge_by` is None if nobody is asked any more.
    """

    level: int = 0
    acknowledge_by: Instant | None = None
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """`decision` is None if a person decided before the rules did. The override is what counts if there is one.

    `round` counts the decisions, so that the escalation of an earlier one is recognised.
    """

    decision: Decision | None = None
    decided_at: Instant | None = None
    by: DecidedBy | None = None
    override: Override | None = None
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    escalation: Escalation | None = None
    round: int = field(default=1)
