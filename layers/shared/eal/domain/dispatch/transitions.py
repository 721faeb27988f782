"""The steps of a dispatch: decided by the rules, overridden or acknowledged by a person, escalated by a worker.

Each function is pure and returns the dispatch after a step. A dispatch is stored with its call (`eal.domain.calls`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core.clock import rfc3339
from eal.domain.dispatch import rules
from eal.domain.dispatch.model import DecidedBy, Dispatch, Escalation, Override

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.audit import Actor
    from eal.core.json import Json
    from eal.domain.dispatch.model import AcknowledgedVia, Action, Decision, Settings
    from eal.domain.dispatch.wire import DispatchDecide
    from eal.domain.organization_settings.hours import OnCall

CLOSED: frozenset[Action] = frozenset({"no_action", "reject"})
_AT_ONCE: frozenset[Action] = frozenset({"dispatch_now", "transfer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts that the rules read beside the call. `open_dispatches` are counted by phone of the person on call."""

    settings: Settings
    postal_code: str | None = None
    open_dispatches: Mapping[str, int] = field(default_factory=dict)


def decided(
    before: Dispatch | None, decision: Decision, settings: Settings, actor: Actor, at: datetime
) -> Dispatch:
    """The dispatch of a decision. Ends an override, an acknowledgement and an escalation."""
    phone = decision.assigned_phone
    escalation = (
        Escalation(acknowledge_by=_acknowledge_by(at, settings), notified=(phone,)) if phone else None
    )
    after = Dispatch(
        action=decision.action,
        due_at=decision.due_at,
        assigned_to=decision.assigned_to,
        assigned_phone=phone,
        decided_at=at,
        by=_decided_by(actor),
        decision=decision,
        escalation=escalation,
        round=_next_round(before),
    )
    return replace(after, alerts_people=settings.alerts.enabled and is_due(after, at))


def decided_again(
    before: Dispatch | None, decision: Decision, settings: Settings, actor: Actor, at: datetime
) -> Dispatch:
    """The dispatch of a decision about a new classification.

    A decision that is no more urgent than the one before, and has the same action, changes the trace only: the person
    on call is not notified again, and an escalation continues.
    """
    after = decided(before, decision, settings, actor, at)
    if before and _is_settled(before, after):
        return replace(before, decision=decision)
    return after


def overridden(
    before: Dispatch | None, body: DispatchDecide, action: Action, actor: Actor, at: datetime
) -> Dispatch:
    """The dispatch as a person decides it. `action` is the body's."""
    due_at = body.due_at or (at if action in _AT_ONCE else None)
    by = _decided_by(actor)
    override = Override(
        action=action,
        reason=body.reason or "",
        due_at=due_at,
        assigned_to=body.assigned_to,
        at=at,
        by=by,
    )
    return Dispatch(
        action=action,
        due_at=due_at,
        assigned_to=body.assigned_to,
        decided_at=at,
        by=by,
        decision=before.decision if before else None,
        override=override,
        round=_next_round(before),
    )


def acknowledged(dispatch: Dispatch, name: str | None, via: AcknowledgedVia, at: datetime) -> Dispatch:
    """The dispatch after the person acknowledged it. Ends the escalation."""
    return replace(
        dispatch,
        acknowledged_at=at,
        acknowledged_by=name or dispatch.assigned_to,
        acknowledged_via=via,
        escalation=dispatch.escalation and replace(dispatch.escalation, acknowledge_by=None),
    )


def taken(dispatch: Dispatch, name: str, phone: str, via: AcknowledgedVia, at: datetime) -> Dispatch:
    """The dispatch after somebody took it by answering an alert, who need not be the one it is assigned to any more.

    If nobody had acknowledged it in time, what the rules decided is done after all.
    """
    action = dispatch.decision.action if dispatch.decision else dispatch.action
    assigned = replace(dispatch, action=action, assigned_to=name, assigned_phone=phone)
    return acknowledged(assigned, name, via, at)


def escalated(dispatch: Dispatch, escalation: Escalation, situation: Situation, at: datetime) -> Dispatch:
    """The dispatch with the next person on call who was not notified yet, or for review if there is none."""
    people = rules.available_people(situation.settings, at, situation.open_dispatches)
    others = [person for person in people if person["phone"] not in escalation.notified]
    alerting = replace(dispatch, alerts_people=situation.settings.alerts.enabled)
    if others:
        return _assigned(alerting, others[0], escalation, situation.settings, at)
    ended = replace(escalation, level=escalation.level + 1, acknowledge_by=None)
    return replace(alerting, action="needs_review", assigned_to=None, assigned_phone=None, escalation=ended)


def is_taken_over(dispatch: Dispatch | None) -> bool:
    """Whether a person has overridden or acknowledged the dispatch, so that no new classification changes it."""
    return dispatch is not None and bool(dispatch.override or dispatch.acknowledged_at)


def is_due(dispatch: Dispatch | None, at: datetime) -> bool:
    """Whether somebody has to act now."""
    if dispatch is None or dispatch.action in CLOSED or dispatch.due_at is None:
        return False
    return dispatch.due_at <= at


def can_be_acknowledged(dispatch: Dispatch) -> bool:
    """Whether there is something to carry out. A review is somebody's only if it is assigned."""
    return dispatch.action not in CLOSED and (
        dispatch.action != "needs_review" or dispatch.assigned_to is not None
    )


def has_changed(before: Dispatch | None, after: Dispatch | None) -> bool:
    """Whether a dispatch changed in what people act on."""
    return _signature(before) != _signature(after)


def audited(dispatch: Dispatch | None) -> dict[str, Json]:
    """The dispatch for the audit log: with the conclusions that were decisive, without what the rules saw."""
    if dispatch is None:
        return {}
    reasons = dispatch.decision.reasons if dispatch.decision else ()
    override, escalation = dispatch.override, dispatch.escalation
    return {
        "dispatch.action": dispatch.action,
        "dispatch.due_at": rfc3339(dispatch.due_at) if dispatch.due_at else None,
        "dispatch.assigned_to": dispatch.assigned_to,
        "dispatch.decided_by_rules": dispatch.decision.action if dispatch.decision else None,
        "dispatch.because": [f"{reason.rule}: {reason.concluded}" for reason in reasons if reason.decisive],
        "dispatch.override.action": override.action if override else None,
        "dispatch.override.reason": override.reason if override else None,
        "dispatch.escalation.level": escalation.level if escalation else None,
        "dispatch.acknowledged_at": rfc3339(dispatch.acknowledged_at) if dispatch.acknowledged_at else None,
        "dispatch.acknowledged_by": dispatch.acknowledged_by,
        "dispatch.acknowledged_via": dispatch.acknowledged_via,
        "dispatch.alerts_people": dispatch.alerts_people or None,
    }


PERSONAL = frozenset({"dispatch.assigned_to", "dispatch.override.reason", "dispatch.acknowledged_by"})
"""Fields of `audited` that audit records contain as commitments: names, and a person's words."""


def without_personal_values(view: dict[str, Json]) -> dict[str, Json]:
    """The view of a dispatch without the place of the call and a person's words, still in its shape. Names of people on
    call are the organization's own.
    """
    override = cast("dict[str, Json] | None", view["override"])
    reasons = [
        {**reason, "saw": {}} if reason["rule"] == "in_service_area" else reason
        for reason in cast("list[dict[str, Json]]", view["reasons"])
    ]
    return {**view, "reasons": reasons, "override": override and {**override, "reason": ""}}


def _is_settled(before: Dispatch, after: Dispatch) -> bool:
    """Whether the dispatch before already does what the one after asks for."""
    if before.action != after.action or (after.assigned_phone and not before.escalation):
        return False
    return after.due_at is None or (before.due_at is not None and before.due_at <= after.due_at)


def _assigned(
    dispatch: Dispatch, person: OnCall, escalation: Escalation, settings: Settings, at: datetime
) -> Dispatch:
    following = Escalation(
        level=escalation.level + 1,
        acknowledge_by=_acknowledge_by(at, settings),
        notified=(*escalation.notified, person["phone"]),
    )
    return replace(dispatch, assigned_to=person["name"], assigned_phone=person["phone"], escalation=following)


def _signature(dispatch: Dispatch | None) -> tuple[object, ...] | None:
    if dispatch is None:
        return None
    escalation = dispatch.escalation
    return dispatch.round, escalation.level if escalation else None, dispatch.acknowledged_at


def _acknowledge_by(at: datetime, settings: Settings) -> datetime:
    return at + timedelta(minutes=settings.acknowledge_minutes)


def _next_round(before: Dispatch | None) -> int:
    return before.round + 1 if before else 1


def _decided_by(actor: Actor) -> DecidedBy:
    return DecidedBy(type=actor.type, id=actor.id)
