"""The dispatch of a call: decided by the rules, overridden or acknowledged by a person, escalated by a worker.

The functions return the call after a step. They are pure, apart from `announce`, which adds the event and the task of a
step to the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core.clock import rfc3339
from eal.domain.calls.wire import CallView
from eal.domain.dispatch import rules
from eal.domain.dispatch.model import DecidedBy, Dispatch, Escalation, Facts, Override

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.audit import Actor
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.calls.model import Call, Run, Status
    from eal.domain.dispatch.model import Action, Decision, Settings
    from eal.domain.dispatch.wire import DispatchDecide
    from eal.domain.organization_settings.hours import OnCall

_CLOSED: frozenset[Action] = frozenset({"no_action", "reject"})
_AT_ONCE: frozenset[Action] = frozenset({"dispatch_now", "transfer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the rules read in addition to the call. `open_dispatches` are counted by phone of the person on call."""

    settings: Settings
    postal_code: str | None = None
    open_dispatches: Mapping[str, int] = field(default_factory=dict)


def decided(call: Call, run: Run, situation: Situation, actor: Actor, at: datetime) -> Call:
    """The call as the rules decide it for a classification. Ends an override, an acknowledgement and an escalation."""
    return _decided(call, rules.decide(_facts(run, situation, at), situation.settings), situation, actor, at)


def _decided(call: Call, decision: Decision, situation: Situation, actor: Actor, at: datetime) -> Call:
    settings, phone = situation.settings, decision.assigned_phone
    escalation = Escalation(acknowledge_by=_later(at, settings), notified=(phone,)) if phone else None
    return _with(
        call,
        Dispatch(
            action=decision.action,
            due_at=decision.due_at,
            assigned_to=decision.assigned_to,
            assigned_phone=phone,
            decided_at=at,
            by=_decided_by(actor),
            decision=decision,
            escalation=escalation,
            round=_next_round(call),
        ),
    )


def decided_again(call: Call, situation: Situation, actor: Actor, at: datetime) -> Call:
    """The call as the rules decide it for its new classification, unless a person has overridden or acknowledged.

    A decision that is no more urgent than the one before, and has the same action, changes the trace only: the person
    on call is not notified again, and an escalation continues.
    """
    before = call.dispatch
    if call.classification is None or (before and (before.override or before.acknowledged_at)):
        return call
    after = decided(call, call.classification, situation, actor, at)
    if before and after.dispatch and _is_settled(before, after.dispatch):
        return replace(call, dispatch=replace(before, decision=after.dispatch.decision))
    return after


def left_to_people(call: Call, situation: Situation, actor: Actor, at: datetime) -> Call:
    """The call for a review at once, because it could not be classified. The same object if a person has corrected,
    overridden or acknowledged it, or if its dispatch is due already.
    """
    before = call.dispatch
    if call.correction or (before and (before.override or before.acknowledged_at or _is_due(before, at))):
        return call
    decision = rules.decide_unclassified(at, situation.settings, situation.open_dispatches)
    return _decided(call, decision, situation, actor, at)


def undecided(call: Call) -> Call:
    """The call without a decision of the rules, because it has no classification any more."""
    if call.dispatch and (call.dispatch.override or call.dispatch.acknowledged_at):
        return call
    return replace(call, dispatch=None, status="received")


def overridden(call: Call, body: DispatchDecide, action: Action, actor: Actor, at: datetime) -> Call:
    """The call as a person decides it. `action` is the body's."""
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
    return _with(
        call,
        Dispatch(
            action=action,
            due_at=due_at,
            assigned_to=body.assigned_to,
            decided_at=at,
            by=by,
            decision=call.dispatch.decision if call.dispatch else None,
            override=override,
            round=_next_round(call),
        ),
    )


def acknowledged(call: Call, dispatch: Dispatch, name: str | None, at: datetime) -> Call:
    """The call after the person acknowledged its dispatch. Ends the escalation."""
    escalation = dispatch.escalation and replace(dispatch.escalation, acknowledge_by=None)
    return _with(
        call,
        replace(
            dispatch,
            acknowledged_at=at,
            acknowledged_by=name or dispatch.assigned_to,
            escalation=escalation,
        ),
    )


def escalated(
    call: Call, dispatch: Dispatch, escalation: Escalation, situation: Situation, at: datetime
) -> Call:
    """The call with the next person on call who was not notified yet, or for review if there is none."""
    people = rules.available_people(situation.settings, at, situation.open_dispatches)
    others = [person for person in people if person["phone"] not in escalation.notified]
    if not others:
        ended = replace(escalation, level=escalation.level + 1, acknowledge_by=None)
        review = replace(
            dispatch, action="needs_review", assigned_to=None, assigned_phone=None, escalation=ended
        )
        return _with(call, review)
    return _with(call, _assigned(dispatch, others[0], escalation, situation.settings, at))


def can_be_acknowledged(dispatch: Dispatch) -> bool:
    """Whether there is something to carry out. A review is somebody's only if it is assigned."""
    return dispatch.action not in _CLOSED and (
        dispatch.action != "needs_review" or dispatch.assigned_to is not None
    )


def awaited(call: Call, round_number: int, level: int) -> tuple[Dispatch, Escalation, datetime] | None:
    """The dispatch, its escalation and the time of its next step. None unless it is still at this round and level."""
    dispatch = call.dispatch
    escalation = dispatch.escalation if dispatch else None
    if dispatch is None or escalation is None or escalation.acknowledge_by is None or call.status == "closed":
        return None
    if (dispatch.round, escalation.level) != (round_number, level):
        return None
    return dispatch, escalation, escalation.acknowledge_by


def announce(before: Call, after: Call, by: Caller) -> None:
    """Emit `call.dispatched` if the dispatch changed in what people act on, and enqueue the next step of an
    escalation."""
    if after.dispatch is None or _signature(before.dispatch) == _signature(after.dispatch):
        return
    by.transaction.emit("call.dispatched", CallView.of(after).model_dump(mode="json"))
    escalation = after.dispatch.escalation
    if escalation and escalation.acknowledge_by:
        by.transaction.enqueue_task(
            "escalate_dispatch",
            {"call_id": after.id, "round": after.dispatch.round, "level": escalation.level},
        )


def audited(call: Call) -> dict[str, Json]:
    """The dispatch for the audit log: with the conclusions that were decisive, without what the rules saw."""
    dispatch = call.dispatch
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


def _facts(run: Run, situation: Situation, at: datetime) -> Facts:
    return Facts(
        at=at,
        intent=run.intent,
        urgency=run.urgency,
        qualified=run.qualified,
        confidence=run.confidence,
        safety=run.safety,
        hazards=run.hazards,
        danger_signs=run.danger_signs,
        unsure=run.unsure,
        likely_urgencies=run.likely_urgencies,
        postal_code=situation.postal_code,
        open_dispatches=situation.open_dispatches,
    )


def _with(call: Call, dispatch: Dispatch) -> Call:
    first_at = call.first_dispatched_at or dispatch.decided_at
    return replace(call, dispatch=dispatch, status=_status(dispatch), first_dispatched_at=first_at)


def _status(dispatch: Dispatch) -> Status:
    """A transfer to nobody in particular is reviewed, because nobody would see it otherwise."""
    if dispatch.action == "needs_review" or (dispatch.action == "transfer" and not dispatch.assigned_to):
        return "needs_review"
    return "closed" if dispatch.action in _CLOSED else "dispatched"


def _is_due(dispatch: Dispatch, at: datetime) -> bool:
    return dispatch.action not in _CLOSED and dispatch.due_at is not None and dispatch.due_at <= at


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
        acknowledge_by=_later(at, settings),
        notified=(*escalation.notified, person["phone"]),
    )
    return replace(dispatch, assigned_to=person["name"], assigned_phone=person["phone"], escalation=following)


def _signature(dispatch: Dispatch | None) -> tuple[object, ...] | None:
    if dispatch is None:
        return None
    escalation = dispatch.escalation
    return dispatch.round, escalation.level if escalation else None, dispatch.acknowledged_at


def _later(at: datetime, settings: Settings) -> datetime:
    return at + timedelta(minutes=settings.acknowledge_minutes)


def _next_round(call: Call) -> int:
    return call.dispatch.round + 1 if call.dispatch else 1


def _decided_by(actor: Actor) -> DecidedBy:
    return DecidedBy(type=actor.type, id=actor.id)
