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
from eal.domain.dispatch.model import AcknowledgedVia, Action, Dispatch, Facts, RuleId
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
    rule: RuleId
    """The id of the rule."""
    saw: dict[str, JsonValue]
    """The facts and settings that the rule read."""
    concluded: str
    """The rule's conclusion, as a slug, such as `outside`."""
    decisive: bool
    """Whether the action follows from this conclusion."""


class DecisionView(Wire):
    """The decision of the rules about some facts, with the conclusion of every rule."""

    action: Action
    """Action to take. `dispatch_now`: send a crew at once. `needs_review`: a person decides. `reject` and `no_action`:
    do nothing."""
    reasons: list[ReasonView]
    """The conclusion of every rule, in order of precedence, whether decisive or not."""
    due_at: Instant | None
    """When the action is due. Null if there is nothing to do, or no business hours are set."""
    assigned_to: str | None
    """The person on call. Null if the office acts, or nobody is on call."""
    assigned_phone: str | None
    """The phone number of the person on call."""


class DecidedByView(Wire):
    type: ActorType
    """`worker`: an automatic decision. `api_key` or `member`: a decision by request."""
    id: str
    """The id of the API key or member, or the name of the worker."""


class RulesDecisionView(Wire):
    """The decision of the rules, which stays visible next to an override and after an escalation."""

    action: Action
    """The action that the rules chose."""
    due_at: Instant | None
    """When the action is due. Null if there is nothing to do, or no business hours are set."""
    assigned_to: str | None
    """The person on call. Null if the office acts, or nobody was on call."""


class OverrideView(Wire):
    action: Action
    """The action that the person chose."""
    reason: str
    """Why the rules were overridden, in free text."""
    due_at: Instant | None
    """When the action is due. Null if the override gave no time."""
    assigned_to: str | None
    """The person who acts, in your own terms. Null for nobody in particular."""
    at: Instant
    """When the rules were overridden."""
    by: DecidedByView
    """The API key or member that overrode them."""


class EscalationView(Wire):
    """Progress of the dispatch through the people on call."""

    level: int
    """0 for the first person on call, and 1 more for each further person and for the review."""
    acknowledge_by: Instant | None
    """When the next person is asked, unless the dispatch is acknowledged first. Null if nobody else is to be asked."""


class DispatchView(Wire):
    """The dispatch of a call. `action`, `due_at` and `assigned_to` are the effective ones: an override over the
    decision of the rules, which is also in `decision`.
    """

    action: Action
    """Action to take. It becomes `needs_review` if nobody on call acknowledges the dispatch."""
    reasons: list[ReasonView]
    """Why the rules decided so. Empty if they have not decided."""
    due_at: Instant | None
    """When the action is due. Null if there is nothing to do, no business hours are set, or the override gives no
    time."""
    assigned_to: str | None
    """The person who is asked to act."""
    assigned_phone: str | None
    """The phone number of a person on call, from the settings."""
    decided_at: Instant
    """When the rules or a person decided. An escalation does not change it."""
    by: DecidedByView
    """The worker that applied the rules, or the API key or member whose request led to the decision."""
    decision: RulesDecisionView | None
    """The decision of the rules. Null if a person decided before the rules did."""
    override: OverrideView | None
    """A person's decision, which replaces that of the rules. Null if there is none."""
    acknowledged_at: Instant | None
    """When a person took on the dispatch. Null if nobody has."""
    acknowledged_by: str | None
    """The person who acknowledged the dispatch."""
    acknowledged_via: AcknowledgedVia | None
    """How it was acknowledged: by a request with an API key, in the dashboard, or by the link of an alert. Null if
    nobody has, or before this was recorded."""
    alerts_people: bool
    """Whether this platform alerts the assigned person, or the numbers of last resort if there is none, as
    `settings.dispatch.alerts` said. If false, it alerts nobody. `GET /alerts` with `call_id` lists the attempts."""
    escalation: EscalationView | None
    """The progress through the people on call. Null unless the rules assigned the call to one of them."""

    @classmethod
    def of(cls, dispatch: Dispatch) -> Self:
        reasons = dispatch.decision.reasons if dispatch.decision else ()
        fields = {name: getattr(dispatch, name) for name in cls.model_fields if name != "reasons"}
        return cls.model_validate({**fields, "reasons": reasons}, from_attributes=True)


# ---------------------------------------------------------------- requests


class FactsBody(Wire):
    """Known facts about a call."""

    model_config = _INPUT

    at: Moment | None = None
    """The time of the decision. Defaults to now."""
    intent: Annotated[Intent, one_of(Intent)]
    """The service that the caller asks for."""
    urgency: Annotated[Urgency, one_of(Urgency)]
    """How soon somebody must act."""
    qualified: bool | None = None
    """Whether the call is a lead worth pursuing. Null if undetermined."""
    confidence: Annotated[float, Field(ge=0, le=1), AfterValidator(measured)] = 1
    """The confidence in the classification. Below 0.5 is low."""
    unsure: Annotated[list[Literal["intent", "urgency", "qualified"]], Field(max_length=3)] = []  # noqa: RUF012 - pydantic copies defaults
    """The fields whose confidence is too low to act on, as in a classification. If there are any, the confidence is
    treated as low."""
    likely_urgencies: Annotated[list[Annotated[Urgency, one_of(Urgency)]], Field(max_length=4)] = []  # noqa: RUF012
    """The urgencies that an unsure urgency may be. The most urgent of them decides when the review is due. Empty if it
    may be any."""
    safety: bool = False
    """Whether there is a present danger to life."""
    hazards: Annotated[
        list[Annotated[str, Field(max_length=64), AfterValidator(one_line)]], Field(max_length=50)
    ] = []  # noqa: RUF012
    """The names of the hazards, shown in `reasons`. Only `safety` decides."""
    postal_code: Annotated[str, Field(max_length=20), AfterValidator(one_line)] | None = None
    """The postal code of the loss. Only the five digits of a ZIP+4 are used. Null if unknown."""
    latitude: Annotated[float, Field(ge=-90, le=90), AfterValidator(measured)] | None = None
    """The latitude of the loss in degrees (WGS 84). Required with `longitude`. Null if unknown."""
    longitude: Annotated[float, Field(ge=-180, le=180), AfterValidator(measured)] | None = None
    """The longitude of the loss in degrees (WGS 84). Required with `latitude`. Null if unknown."""
    open_dispatches: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[int, Field(ge=0, le=1_000_000)]],
        Field(max_length=100),
    ] = {}  # noqa: RUF012
    """The number of open dispatches of each person on call, by phone number in E.164 format."""

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
            likely_urgencies=tuple(self.likely_urgencies),
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
    """The facts to decide by. They need not be those of a real call."""
    settings: SettingsBody | None = None
    """Settings to use instead of the organization's own. What they omit is not set. Defaults to the organization's
    own."""

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

    action: Action | None = None
    """Action to take. If null, the rules decide."""
    reason: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None = None
    """Why the rules are overridden. Required with `action`."""
    due_at: Moment | None = None
    """When the action is due. Defaults to now for `dispatch_now` and `transfer`, otherwise to none."""
    assigned_to: Name | None = None
    """The person who acts, in your own terms. Null for nobody in particular."""

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

    acknowledged_by: Name | None = None
    """The person who acts. Defaults to the person to whom the call is assigned."""


class DispatchDecline(Wire):
    model_config = _INPUT

    may_be_left_out = True

    reason: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None = None
    """Why the person cannot act. The audit log keeps a commitment to it."""
