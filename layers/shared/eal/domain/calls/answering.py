"""The answer to an alert, by its link, by a key or by a text: somebody takes the call, or passes it on.

The first answer wins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from eal.core import clock
from eal.core.table import progress
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.domain.alerts import store
from eal.domain.alerts.model import LINK_DURATION
from eal.domain.alerts.store import ALERTS
from eal.domain.calls import alert_texts, decisions, dispatching
from eal.domain.calls.alert_texts import CallFacts
from eal.domain.calls.store import CALLS
from eal.domain.dispatch import transitions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.model import Alert, AlertOutcome, AnsweredVia
    from eal.domain.calls.model import Call
    from eal.domain.dispatch.model import Dispatch

type Decision = Literal["take", "decline"]

MAX_CALLS_ASKED: Final = 20
"""The newest calls about which a person was asked, among which a text answers one."""

_BY_ALERT: Final = ("sms", "voice", "link")
_REMEMBERED: Final = timedelta(days=400)
"""Time for which the arrival of an answer is remembered. Such items are few, so it can be long."""


class AnsweredAlert(NamedTuple):
    """An alert as the person sees it. `state`: `open`; `yours`: this person has the call; `others`: another one,
    `taken_by`; `declined`: this person has passed it on, and nobody has taken it; `closed`: there is nothing to answer.
    `facts` are None if the person needs them no more."""

    state: Literal["open", "yours", "others", "declined", "closed"]
    facts: CallFacts | None = None
    taken_by: str | None = None


class TextMessage(NamedTuple):
    """A text from a phone number. `id` is the vendor's."""

    id: str
    phone: str
    text: str
    received_at: datetime


_CLOSED = AnsweredAlert("closed")


def shown(alert_id: str, by: Caller) -> AnsweredAlert:
    """The alert and its call. Changes nothing."""
    alert = ALERTS.find(by.tenant, alert_id)
    call = CALLS.find(by.tenant, alert.call_id) if alert else None
    return _shown(alert, call, by.at)


def answer(alert_id: str, decision: Decision, via: AnsweredVia, by: Caller) -> AnsweredAlert:
    """Take the call or pass it on, in the caller's transaction. An answer that comes too late changes nothing."""
    alert = ALERTS.find(by.tenant, alert_id)
    call = CALLS.find(by.tenant, alert.call_id) if alert else None
    before = _shown(alert, call, by.at)
    if alert is None or call is None or call.dispatch is None or before.state not in ("open", "declined"):
        return before
    if decision == "take":
        taken = decisions.take(call, call.dispatch, alert.name, alert.phone, via, by)
        return _shown(_answered(alert, "acknowledged", via, by), taken, by.at)
    if before.state == "declined":
        return before
    if _is_asked(alert, call, call.dispatch):
        decisions.pass_on(call, "call.declined", by)
    _answered(alert, "declined", via, by)
    return AnsweredAlert("declined", before.facts)


def answer_by_text(message: TextMessage, by: Caller) -> str | None:
    """Carry out the answer in a text, in the caller's transaction. Returns the words of the reply, or None if there is
    nothing to say.

    The text answers what its sender had been asked when it first arrived. So it means the same if it is read twice or
    replayed, and also if they are asked about another call meanwhile.
    """
    said = alert_texts.read_answer(message.text)
    received_at = _first_arrival(message, by) if said.decision else message.received_at
    asked = list(_asked(message.phone, received_at, by))
    waiting = [alert for alert, call in asked if _waited(alert, call, received_at)]
    if said.decision is None:
        return alert_texts.HOW_TO_ANSWER if waiting and _is_first_help(waiting[0], by) else None
    named = [alert for alert, _ in asked if alert_texts.code_of(alert) == said.code]
    if len(waiting) > 1 and not named:
        return alert_texts.which(map(alert_texts.code_of, waiting))
    for alert in (named or waiting)[:1]:
        return _reply(answer(alert.id, said.decision, "sms", by))
    return _reply(_shown(*asked[0], by.at)) if asked else None


def answer_by_key(alert_id: str, phone: str, digits: str, by: Caller) -> str | None:
    """Carry out a pressed key, in the caller's transaction. Returns the words of the reply, or None for another key and
    for an alert that did not go to this phone number."""
    decision = alert_texts.KEYS.get(digits)
    alert = ALERTS.find(by.tenant, alert_id)
    if decision is None or alert is None or alert.phone != phone:
        return None
    return _reply(answer(alert_id, decision, "voice", by))


def _reply(answered: AnsweredAlert) -> str:
    return alert_texts.replied(answered.state, answered.taken_by)


def _asked(phone: str, until: datetime, by: Caller) -> Iterator[tuple[Alert, Call]]:
    """The newest alert about each call that a person has been asked about, the newest call first."""
    seen: set[str] = set()
    for alert in store.to_phone(phone, until - LINK_DURATION, by.tenant):
        if alert.requested_at is None or alert.requested_at > until or alert.call_id in seen:
            continue
        seen.add(alert.call_id)
        call = CALLS.find(by.tenant, alert.call_id)
        if call is not None:
            yield alert, call
        if len(seen) == MAX_CALLS_ASKED:
            return


def _waited(alert: Alert, call: Call, at: datetime) -> bool:
    """Whether the call waited at that time for somebody to take it."""
    dispatch = call.dispatch
    if dispatch is None or _is_closed(alert, call, dispatch):
        return False
    return dispatch.acknowledged_at is None or dispatch.acknowledged_at >= at


def _first_arrival(message: TextMessage, by: Caller) -> datetime:
    """The time at which a text first arrived. It is remembered because Twilio signs no time, so that a signed text can
    be replayed later."""
    first = key(by.tenant, "TEXT_ANSWER", message.id)
    ttl = int((by.at + _REMEMBERED).timestamp())
    item = {
        **first._asdict(),
        "kind": "TEXT_ANSWER",
        "received_at": clock.rfc3339(message.received_at),
        "ttl": ttl,
    }
    stored = None if progress.start(item) else get(first)
    return clock.parse(str(stored["received_at"])) if stored else message.received_at


def _is_first_help(alert: Alert, by: Caller) -> bool:
    """Whether the person has not been told before how to answer this alert: a phone that answers texts by itself must
    not be answered for ever."""
    mark = key(by.tenant, "ALERT_HELP", alert.id)
    ttl = int((by.at + LINK_DURATION).timestamp())
    return progress.claim({**mark._asdict(), "kind": "ALERT_HELP", "ttl": ttl})


def _answered(alert: Alert, outcome: AlertOutcome, via: AnsweredVia, by: Caller) -> Alert:
    return store.change(alert, replace(alert, outcome=outcome, outcome_via=via, answered_at=by.at), by)


def _is_asked(alert: Alert, call: Call, dispatch: Dispatch) -> bool:
    """Whether the call waits for this person, so that passing it on asks the next one."""
    is_awaited = dispatching.awaited(call, alert.round, alert.level) is not None
    return is_awaited and dispatch.assigned_phone == alert.phone


def _is_closed(alert: Alert, call: Call, dispatch: Dispatch) -> bool:
    return dispatch.round != alert.round or dispatch.action in transitions.CLOSED or call.status == "closed"


def _shown(alert: Alert | None, call: Call | None, at: datetime) -> AnsweredAlert:
    if alert is None or call is None or call.dispatch is None or at >= alert.created_at + LINK_DURATION:
        return _CLOSED
    dispatch = call.dispatch
    if _is_closed(alert, call, dispatch):
        return _CLOSED
    facts = CallFacts.of(call)
    if dispatch.acknowledged_at is None:
        return AnsweredAlert("declined" if alert.outcome == "declined" else "open", facts)
    if dispatch.acknowledged_via in _BY_ALERT and dispatch.assigned_phone == alert.phone:
        return AnsweredAlert("yours", facts)
    return AnsweredAlert("others", taken_by=dispatch.acknowledged_by)
