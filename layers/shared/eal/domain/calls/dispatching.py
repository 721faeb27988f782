"""The dispatch of a call: the steps of `eal.domain.dispatch.transitions`, applied to the call that has it.

The functions return the call after a step. They are pure, apart from `announce`, which adds the event and the task of a
step to the transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core.clock import rfc3339
from eal.domain.calls.wire import CallView
from eal.domain.dispatch import rules, transitions
from eal.domain.dispatch.model import Facts

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.audit import Actor
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.calls.model import Call, Run, Status
    from eal.domain.dispatch.model import Decision, Dispatch, Escalation
    from eal.domain.dispatch.transitions import Situation


def dispatched(call: Call, dispatch: Dispatch) -> Call:
    """The call with a dispatch."""
    first_at = call.first_dispatched_at or dispatch.decided_at
    return replace(call, dispatch=dispatch, status=_status(dispatch), first_dispatched_at=first_at)


def decided(call: Call, run: Run, situation: Situation, actor: Actor, at: datetime) -> Call:
    """The call as the rules decide it for a classification. Ends an override, an acknowledgement and an escalation."""
    decision = _decision(run, situation, at)
    return dispatched(call, transitions.decided(call.dispatch, decision, situation.settings, actor, at))


def decided_again(call: Call, situation: Situation, actor: Actor, at: datetime) -> Call:
    """The call as the rules decide it for its new classification, unless a person has overridden or acknowledged."""
    if call.classification is None or transitions.is_taken_over(call.dispatch):
        return call
    decision = _decision(call.classification, situation, at)
    return dispatched(call, transitions.decided_again(call.dispatch, decision, situation.settings, actor, at))


def left_to_people(call: Call, situation: Situation, actor: Actor, at: datetime) -> Call:
    """The call for a review at once, because it could not be classified. The same object if a person has corrected,
    overridden or acknowledged it, or if its dispatch is due already.
    """
    before = call.dispatch
    if call.correction or transitions.is_taken_over(before) or transitions.is_due(before, at):
        return call
    decision = rules.decide_unclassified(at, situation.settings, situation.open_dispatches)
    return dispatched(call, transitions.decided(before, decision, situation.settings, actor, at))


def undecided(call: Call) -> Call:
    """The call without a decision of the rules, because it has no classification any more."""
    if transitions.is_taken_over(call.dispatch):
        return call
    return replace(call, dispatch=None, status="received")


def awaited(call: Call, round_number: int, level: int) -> tuple[Dispatch, Escalation, datetime] | None:
    """The dispatch, its escalation and the time of its next step. None unless it is still at this round and level."""
    dispatch = call.dispatch
    escalation = dispatch.escalation if dispatch else None
    if dispatch is None or escalation is None or escalation.acknowledge_by is None or call.status == "closed":
        return None
    if (dispatch.round, escalation.level) != (round_number, level):
        return None
    return dispatch, escalation, escalation.acknowledge_by


def alerted(call: Call, round_number: int, level: int) -> Dispatch | None:
    """The dispatch about which people are alerted. None unless it is still at this round and level, and nobody has
    taken it."""
    dispatch = call.dispatch
    if dispatch is None or not dispatch.alerts_people or call.status == "closed":
        return None
    is_current = (dispatch.round, level_of(dispatch)) == (round_number, level)
    return dispatch if is_current and not dispatch.acknowledged_at else None


def level_of(dispatch: Dispatch) -> int:
    """The level of the escalation; 0 without one."""
    return dispatch.escalation.level if dispatch.escalation else 0


def announce(before: Call, after: Call, by: Caller) -> None:
    """Emit `call.dispatched` if the dispatch changed in what people act on, and enqueue the next step of an escalation
    and the alerts to whom it is assigned."""
    dispatch = after.dispatch
    if dispatch is None or not transitions.has_changed(before.dispatch, dispatch):
        return
    by.transaction.emit("call.dispatched", CallView.of(after).model_dump(mode="json"))
    level = level_of(dispatch)
    step: dict[str, Json] = {"call_id": after.id, "round": dispatch.round, "level": level}
    if dispatch.escalation and dispatch.escalation.acknowledge_by:
        by.transaction.enqueue_task("escalate_dispatch", step)
    if alerted(after, dispatch.round, level):
        by.transaction.enqueue_task("send_alert", {**step, "asked_at": rfc3339(by.at)})


def _decision(run: Run, situation: Situation, at: datetime) -> Decision:
    facts = Facts(
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
    return rules.decide(facts, situation.settings)


def _status(dispatch: Dispatch) -> Status:
    """A transfer to nobody in particular is reviewed, because nobody would see it otherwise."""
    if dispatch.action == "needs_review" or (dispatch.action == "transfer" and not dispatch.assigned_to):
        return "needs_review"
    return "closed" if dispatch.action in transitions.CLOSED else "dispatched"
