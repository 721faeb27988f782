"""The answer to an alert by its link: somebody takes the call, or passes it on. The first answer wins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from eal.domain.alerts import store
from eal.domain.alerts.model import LINK_DURATION
from eal.domain.alerts.store import ALERTS
from eal.domain.calls import decisions, dispatching
from eal.domain.calls.alert_texts import CallFacts
from eal.domain.calls.store import CALLS
from eal.domain.dispatch import transitions

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.model import Alert, AlertOutcome
    from eal.domain.calls.model import Call
    from eal.domain.dispatch.model import Dispatch

type Decision = Literal["take", "decline"]


class AnsweredAlert(NamedTuple):
    """An alert as its link shows it. `state`: `open`; `yours`: this person has the call; `others`: another one,
    `taken_by`; `declined`: this person has passed it on, and nobody has taken it; `closed`: there is nothing to answer.
    `facts` are None if the person needs them no more."""

    state: Literal["open", "yours", "others", "declined", "closed"]
    facts: CallFacts | None = None
    taken_by: str | None = None


_CLOSED = AnsweredAlert("closed")


def shown(alert_id: str, by: Caller) -> AnsweredAlert:
    """The alert and its call. Changes nothing."""
    alert = ALERTS.find(by.tenant, alert_id)
    call = CALLS.find(by.tenant, alert.call_id) if alert else None
    return _shown(alert, call, by.at)


def answer(alert_id: str, decision: Decision, by: Caller) -> AnsweredAlert:
    """Take the call or pass it on, in the caller's transaction. An answer that comes too late changes nothing."""
    alert = ALERTS.find(by.tenant, alert_id)
    call = CALLS.find(by.tenant, alert.call_id) if alert else None
    before = _shown(alert, call, by.at)
    if alert is None or call is None or call.dispatch is None or before.state not in ("open", "declined"):
        return before
    if decision == "take":
        taken = decisions.take(call, call.dispatch, alert.name, alert.phone, by)
        return _shown(_answered(alert, "acknowledged", by), taken, by.at)
    if before.state == "declined":
        return before
    if _is_asked(alert, call, call.dispatch):
        decisions.pass_on(call, "call.declined", by)
    _answered(alert, "declined", by)
    return AnsweredAlert("declined", before.facts)


def _answered(alert: Alert, outcome: AlertOutcome, by: Caller) -> Alert:
    return store.change(alert, replace(alert, outcome=outcome, answered_at=by.at), by)


def _is_asked(alert: Alert, call: Call, dispatch: Dispatch) -> bool:
    """Whether the call waits for this person, so that passing it on asks the next one."""
    is_awaited = dispatching.awaited(call, alert.round, alert.level) is not None
    return is_awaited and dispatch.assigned_phone == alert.phone


def _shown(alert: Alert | None, call: Call | None, at: datetime) -> AnsweredAlert:
    if alert is None or call is None or call.dispatch is None or at >= alert.created_at + LINK_DURATION:
        return _CLOSED
    dispatch = call.dispatch
    if dispatch.round != alert.round or dispatch.action in transitions.CLOSED or call.status == "closed":
        return _CLOSED
    facts = CallFacts.of(call)
    if dispatch.acknowledged_at is None:
        return AnsweredAlert("declined" if alert.outcome == "declined" else "open", facts)
    if alert.outcome == "acknowledged":
        return AnsweredAlert("yours", facts)
    return AnsweredAlert("others", taken_by=dispatch.acknowledged_by)
