"""A dispatch: the facts and settings that the rules read, what they decided, and what people did with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self, cast

from eal.ai.classification import DangerSign, Intent, Urgency
from eal.core.audit import ActorType
from eal.core.clock import Instant
from eal.core.json import Json
from eal.domain.organization_settings.alerts import AlertSettings
from eal.domain.organization_settings.hours import DEFAULT_TIMEZONE, BusinessHours, OnCall
from eal.domain.organization_settings.service_area import ServiceArea

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
    "capacity",
]

type AcknowledgedVia = Literal["api", "dashboard", "sms", "voice", "link"]

DEFAULT_ACKNOWLEDGE_MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The known facts when a call is decided. An unknown place is None; degrees are given together.

    `unsure` are the fields of the classification whose confidence is too low to act on them, whatever `confidence` is.
    `likely_urgencies` are those that an unsure urgency may be; none means any. `danger_signs` are for the trace only.
    `open_dispatches` counts the open dispatches of people on call, by phone.
    """

    at: datetime
    intent: Intent
    urgency: Urgency
    qualified: bool | None
    confidence: float
    unsure: tuple[str, ...] = ()
    likely_urgencies: tuple[Urgency, ...] = ()
    safety: bool = False
    hazards: tuple[str, ...] = ()
    danger_signs: tuple[DangerSign, ...] = ()
    postal_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    open_dispatches: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The part of an organization's settings that decides. Empty members are not set."""

    timezone: str = DEFAULT_TIMEZONE
    service_area: ServiceArea | None = None
    business_hours: BusinessHours = field(default_factory=dict)
    on_call: Sequence[OnCall] = ()
    acknowledge_minutes: int = DEFAULT_ACKNOWLEDGE_MINUTES
    max_open_per_person: int | None = None
    alerts: AlertSettings = field(default_factory=AlertSettings)

    @classmethod
    def of(cls, stored: Mapping[str, Json]) -> Self:
        """The settings in their stored form, in which members may be missing or null."""
        dispatch = cast("Mapping[str, Json]", stored.get("dispatch") or {})
        return cls(
            timezone=cast("str | None", stored.get("timezone")) or DEFAULT_TIMEZONE,
            service_area=cast("ServiceArea | None", stored.get("service_area")),
            business_hours=cast("BusinessHours | None", stored.get("business_hours")) or {},
            on_call=cast("Sequence[OnCall] | None", stored.get("on_call")) or (),
            acknowledge_minutes=cast("int | None", dispatch.get("acknowledge_minutes"))
            or DEFAULT_ACKNOWLEDGE_MINUTES,
            max_open_per_person=cast("int | None", dispatch.get("max_open_per_person")),
            alerts=AlertSettings.of(cast("Mapping[str, Json] | None", dispatch.get("alerts"))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The conclusion of one rule, with the facts that it saw. `decisive`: the action follows from this conclusion."""

    rule: RuleId
    saw: dict[str, Json]
    concluded: str
    decisive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision of the rules. `assigned_phone` tells apart people on call of the same name."""

    action: Action
    reasons: tuple[Reason, ...]
    due_at: Instant | None = None
    assigned_to: str | None = None
    assigned_phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedBy:
    """The key, member or worker behind a decision or an override."""

    type: ActorType
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's decision instead of that of the rules."""

    action: Action
    reason: str
    due_at: Instant | None = None
    assigned_to: str | None = None
    at: Instant
    by: DecidedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """The progress of a dispatch through the people on call. Level 0 is the first person.

    `notified` has the phones of everybody notified so far. `acknowledge_by` is None when nobody else will be.
    """

    level: int = 0
    acknowledge_by: Instant | None = None
    notified: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The dispatch of a call. `action`, `due_at` and `assigned_to` are the effective ones: of the decision, after
    its escalation, or of the override.

    `decision` is None if a person decided before the rules did. `round` counts the decisions and overrides, so that a
    message of an earlier one's escalation is recognised. `alerts_people`: this platform alerts the assigned person, or
    the numbers of last resort if there is none.
    """

    action: Action
    due_at: Instant | None = None
    assigned_to: str | None = None
    assigned_phone: str | None = None
    decided_at: Instant
    by: DecidedBy
    decision: Decision | None = None
    override: Override | None = None
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    acknowledged_via: AcknowledgedVia | None = None
    alerts_people: bool = False
    escalation: Escalation | None = None
    round: int = 1
