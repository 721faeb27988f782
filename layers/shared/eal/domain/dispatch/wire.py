"""Dispatches, as the API accepts and returns them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from eal.ai.classification import Intent, Urgency
from eal.core.audit import ActorType
from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.schema import AfterValidator, ConfigDict, Field, JsonValue, model_validator
from eal.core.wire import Name, Wire, measured, one_line, one_of, prose
from eal.domain.dispatch.model import Action, Dispatch, Facts, RuleId
from eal.domain.organization_settings.wire import SettingsBody

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _in_a_calendar(at: datetime) -> datetime:
    """Time zones have rules for these years.

    Raises: ValueError.
    """
    if not _FIRST <= at < _LAST:
        raise ValueError("Must be between 2000 and 2100.")
    return at


Moment = Annotated[Instant, AfterValidator(_in_a_calendar)]


# ---------------------------------------------------------------- responses


class ReasonView(Wire):
    rule: Annotated[RuleId, Field(description="The id of the rule.")]
    saw: Annotated[dict[str, JsonValue], Field(description="The facts and settings that the rule read.")]
    concluded: Annotated[str, Field(description="The rule's conclusion, as a slug, such as `outside`.")]
    decisive: Annotated[bool, Field(description="Whether the action follows from this conclusion.")]


class DecisionView(Wire):
    """What the rules decide for some facts, with the conclusion of every rule."""

    action: Action
    reasons: Annotated[
        list[ReasonView], Field(description="Every rule, in order of precedence, whether decisive or not.")
    ]
    due_at: Annotated[
        Instant | None,
        Field(
            description="When the action is due. Null if there is nothing to do, or no business hours are set."
        ),
    ]
    assigned_to: Annotated[
        str | None, Field(description="The person on call. Null if the office acts, or nobody is on call.")
    ]
    assigned_phone: Annotated[str | None, Field(description="The phone number of the person on call.")]


class DecidedByView(Wire):
    type: ActorType
    id: Annotated[str, Field(description="The id of a key or member, or the name of a worker.")]


class RulesDecisionView(Wire):
    """What the rules decided, which stays visible next to an override and after an escalation."""

    action: Action
    due_at: Instant | None
    assigned_to: str | None


class OverrideView(Wire):
    action: Action
    reason: str
    due_at: Instant | None
    assigned_to: str | None
    at: Instant
    by: DecidedByView


class EscalationView(Wire):
    """How far the dispatch has gone through the people on call."""

    level: Annotated[
        int,
        Field(description="0 for the first person on call, and 1 more for each next one, or for the review."),
    ]
    acknowledge_by: Annotated[
        Instant | None,
        Field(
            description="When the next person is asked, unless the dispatch is acknowledged before. Null if nobody is "
            "asked any more."
        ),
    ]


class DispatchView(Wire):
    """What happens after the call. `action`, `due_at` and `assigned_to` are what counts: an override over the decision
    of the rules, which is also in `decision`.
    """

    action: Action
    reasons: Annotated[
        list[ReasonView], Field(description="Why the rules decided so. Empty if they have not decided.")
    ]
    due_at: Instant | None
    assigned_to: Annotated[str | None, Field(description="The person who is asked to act.")]
    assigned_phone: Annotated[
        str | None, Field(description="The phone number of a person on call, from the settings.")
    ]
    decided_at: Instant
    by: DecidedByView
    decision: Annotated[
        RulesDecisionView | None, Field(description="Null if a person decided before the rules did.")
    ]
    override: OverrideView | None
    acknowledged_at: Instant | None
    acknowledged_by: Annotated[str | None, Field(description="The person who acknowledged the dispatch.")]
    escalation: Annotated[
        EscalationView | None,
        Field(description="Null unless the rules assigned the call to a person on call."),
    ]

    @classmethod
    def of(cls, dispatch: Dispatch) -> Self:
        reasons = dispatch.decision.reasons if dispatch.decision else ()
        fields = {name: getattr(dispatch, name) for name in cls.model_fields if name != "reasons"}
        return cls.model_validate({**fields, "reasons": reasons}, from_attributes=True)


# ---------------------------------------------------------------- requests


class FactsBody(Wire):
    """What is known of a call."""

    model_config = _INPUT

    at: Annotated[Moment | None, Field(description="The time of the decision. Null: now.")] = None
    intent: Annotated[Intent, one_of(Intent)]
    urgency: Annotated[Urgency, one_of(Urgency)]
    qualified: Annotated[bool | None, Field(description="Null: undetermined.")] = None
    confidence: Annotated[
        float, Field(ge=0, le=1, description="Below 0.5 is low."), AfterValidator(measured)
    ] = 1
    unsure: Annotated[
        list[Literal["intent", "urgency", "qualified"]],
        Field(
            max_length=3,
            description="The fields whose confidence is too low to act on them, as in a classification. With one of "
            "them, the confidence counts as low.",
        ),
    ] = []  # noqa: RUF012 - pydantic copies defaults
    safety: Annotated[bool, Field(description="Whether there is a present danger to life.")] = False
    hazards: Annotated[
        list[Annotated[str, Field(max_length=64), AfterValidator(one_line)]],
        Field(max_length=50, description="Names of the dangers, for the trace. Only `safety` decides."),
    ] = []  # noqa: RUF012
    postal_code: Annotated[
        Annotated[str, Field(max_length=20), AfterValidator(one_line)] | None,
        Field(description="Of the loss; a ZIP+4 counts as its five digits. Null: unknown."),
    ] = None
    latitude: Annotated[
        Annotated[float, Field(ge=-90, le=90), AfterValidator(measured)] | None,
        Field(description="Of the loss, in degrees (WGS 84); required with `longitude`. Null: unknown."),
    ] = None
    longitude: Annotated[
        Annotated[float, Field(ge=-180, le=180), AfterValidator(measured)] | None,
        Field(description="Of the loss, in degrees (WGS 84); required with `latitude`. Null: unknown."),
    ] = None
    open_dispatches: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[int, Field(ge=0, le=1_000_000)]],
        Field(
            max_length=100,
            description="The number of open dispatches of each person on call, by phone number in E.164 format.",
        ),
    ] = {}  # noqa: RUF012

    @model_validator(mode="after")
    def _has_both_degrees(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("'latitude' and 'longitude' must be given together.")
        return self

    def facts(self, now: datetime) -> Facts:
        return Facts(
            at=self.at or now,
            intent=self.intent,
            urgency=self.urgency,
            qualified=self.qualified,
            confidence=self.confidence,
            unsure=tuple(self.unsure),
            safety=self.safety,
            hazards=tuple(self.hazards),
            postal_code=self.postal_code or None,
            latitude=self.latitude,
            longitude=self.longitude,
            open_dispatches=self.open_dispatches,
        )


class DispatchSimulate(Wire):
    model_config = _INPUT

    facts: FactsBody
    settings: Annotated[
        SettingsBody | None,
        Field(
            description="Settings to use instead of the organization's own: what they leave out is not set. Null: the "
            "organization's own."
        ),
    ] = None

    @property
    def stored_settings(self) -> dict[str, Json] | None:
        """The given settings in their stored form."""
        if self.settings is None:
            return None
        given: dict[str, Json] = self.settings.model_dump(mode="json", by_alias=True, exclude_none=True)
        return given


class DispatchDecide(Wire):
    """`{}` decides by the rules. `action` with `reason` overrides them."""

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "anyOf": [
                {
                    "required": ["action", "reason"],
                    "properties": {"action": {"type": "string"}, "reason": {"type": "string"}},
                },
                {
                    "properties": {
                        name: {"type": "null"} for name in ("action", "reason", "due_at", "assigned_to")
                    }
                },
            ]
        },
    )

    action: Annotated[Action | None, Field(description="What is to be done. Null: the rules decide.")] = None
    reason: Annotated[
        Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None,
        Field(description="Why the rules are overridden. Required with `action`."),
    ] = None
    due_at: Annotated[
        Moment | None,
        Field(
            description="When the action is due. Null: now for `dispatch_now` and `transfer`, otherwise none."
        ),
    ] = None
    assigned_to: Annotated[
        Name | None, Field(description="The person who acts, in your own terms. Null: nobody in particular.")
    ] = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.action is None) != (self.reason is None):
            raise ValueError("'action' and 'reason' must be given together.")
        if self.action is None and (self.due_at or self.assigned_to):
            raise ValueError("'due_at' and 'assigned_to' are parts of an override, which needs an 'action'.")
        return self


class DispatchAcknowledge(Wire):
    model_config = _INPUT

    may_be_left_out = True

    acknowledged_by: Annotated[
        Name | None, Field(description="The person who acts. Null: the person to whom the call is assigned.")
    ] = None
