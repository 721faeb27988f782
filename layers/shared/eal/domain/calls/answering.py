"""The answer to an alert, by its link, by a key or by a text: somebody takes the call, or passes it on.

The first answer wins.
"""

from __future__ import annotations

import hashlib
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
from eal.domain.dispatch.model import Settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.alerts.model import Alert, AlertOutcome, AnsweredVia
    from eal.domain.calls.model import Call
    from eal.domain.dispatch.model import Dispatch

type Decision = Literal["take", "decline"]

MAX_CALLS_ASKED: Final = 20
"""The newest calls about which a person was asked, among which a text answers one."""

MAX_CALLS_TOLD: Final = 3
"""Calls whose state one reply tells."""
_ANSWERABLE: Final = ("open", "declined", "left")
_BY_ALERT: Final = ("sms", "voice", "link")
_REMEMBERED: Final = timedelta(days=400)
"""Time for which the meaning of an answer is remembered. Such items are few, so it can be long."""


class AnsweredAlert(NamedTuple):
    """An alert as the person sees it. `state`: `open`; `yours`: this person has the call; `others`: another one,
    `taken_by`; `declined`: this person has passed it on, and others are asked; `left`: the same, and nobody else is;
    `outdated`: the call was decided again since; `closed`: there is nothing to answer. `facts` are None if the person
    needs them no more."""

    state: Literal["open", "yours", "others", "declined", "left", "outdated", "closed"]
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
    return _shown(alert, call, by)


def answer(
    alert_id: str, decision: Decision, via: AnsweredVia, by: Caller, *, arrived_at: datetime | None = None
) -> AnsweredAlert:
    """Take the call or pass it on, in the caller's transaction. An answer that comes too late changes nothing, nor does
    one that arrived before the person passed the call on, and is carried out after that."""
    alert = ALERTS.find(by.tenant, alert_id)
    call = CALLS.find(by.tenant, alert.call_id) if alert else None
    before = _shown(alert, call, by)
    if alert is None or call is None or call.dispatch is None or before.state not in _ANSWERABLE:
        return before
    was_declined = alert.outcome == "declined"
    if decision == "take":
        if was_declined and arrived_at and alert.answered_at and arrived_at < alert.answered_at:
            return before
        taken = decisions.take(call, call.dispatch, alert.name, alert.phone, via, by)
        return _shown(_answered(alert, "acknowledged", via, by), taken, by)
    if was_declined:
        return before
    if _is_asked(alert, call, call.dispatch):
        call = decisions.pass_on(call, "call.declined", by)
    return _shown(_answered(alert, "declined", via, by), call, by)


def answer_by_text(message: TextMessage, by: Caller) -> str | None:
    """Carry out the answer in a text, in the caller's transaction. Returns the words of the reply, or None if there is
    nothing to say.

    The text answers what its sender had been asked when it first arrived. Which alert that is, is remembered: so a text
    means the same if it is read twice or replayed, whatever happens to the calls meanwhile.
    """
    said = alert_texts.read_answer(message.text)
    if said.decision is None:
        waiting = _waiting(_asked(message.phone, message.received_at, by), message)
        return alert_texts.HOW_TO_ANSWER if waiting and _is_first_help(waiting[0], by) else None
    meant = _meant(message, said.code, by)
    if meant.alert_id:
        answered = answer(meant.alert_id, said.decision, "sms", by, arrived_at=meant.arrived_at)
        return _reply(answered, meant.code)
    asked = list(_asked(message.phone, meant.arrived_at, by))
    if waiting := _waiting(asked, message):
        return alert_texts.which(map(alert_texts.code_of, waiting))
    states = [_reply(_shown(alert, call, by), alert_texts.code_of(alert)) for alert, call in asked]
    return " ".join(states[:MAX_CALLS_TOLD]) or None


def answer_by_key(alert_id: str, phone: str, digits: str, by: Caller) -> str | None:
    """Carry out a pressed key, in the caller's transaction. Returns the words of the reply, or None for another key and
    for an alert that did not go to this phone number."""
    decision = alert_texts.KEYS.get(digits)
    alert = ALERTS.find(by.tenant, alert_id)
    if decision is None or alert is None or alert.phone != phone:
        return None
    return _reply(answer(alert_id, decision, "voice", by))


def _reply(answered: AnsweredAlert, code: str | None = None) -> str:
    return alert_texts.replied(answered.state, answered.taken_by, code)


class _Meant(NamedTuple):
    """The alert that a text answers, empty if none can be told, its code, and the time at which the text arrived."""

    alert_id: str
    code: str
    arrived_at: datetime


def _meant(message: TextMessage, code: str | None, by: Caller) -> _Meant:
    """The meaning of a text when it first arrived. Twilio signs no time, so a signed text can be replayed later."""
    first = key(by.tenant, "TEXT_ANSWER", hashlib.sha256(message.id.encode()).hexdigest())
    stored = get(first)
    if stored is None:
        meant = _found(message, code, by)
        item = {
            **first._asdict(),
            "kind": "TEXT_ANSWER",
            **meant._asdict(),
            "arrived_at": clock.rfc3339(message.received_at),
            "ttl": int((by.at + _REMEMBERED).timestamp()),
        }
        if progress.claim(item):
            return meant
        stored = get(first) or item
    arrived_at = clock.parse(str(stored["arrived_at"]))
    return _Meant(str(stored["alert_id"]), str(stored["code"]), arrived_at)


def _found(message: TextMessage, code: str | None, by: Caller) -> _Meant:
    """The alert with the code in a text; without one, that of the only call that waits."""
    asked = list(_asked(message.phone, message.received_at, by))
    named = [alert for alert, _ in asked if alert_texts.code_of(alert) == code]
    meant = named if code else _waiting(asked, message)
    if len(meant) != 1:
        return _Meant("", "", message.received_at)
    return _Meant(meant[0].id, alert_texts.code_of(meant[0]), message.received_at)


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


def _waiting(asked: Iterable[tuple[Alert, Call]], message: TextMessage) -> list[Alert]:
    """Those that waited for this person's answer when the text arrived; if there is none, those that the person has
    passed on and can still take."""
    waiting = []
    for alert, call in asked:
        dispatch = call.dispatch
        if dispatch is None or _state_of(alert, call, dispatch) != "open":
            continue
        if dispatch.acknowledged_at is None or dispatch.acknowledged_at >= message.received_at:
            waiting.append(alert)
    return [alert for alert in waiting if alert.outcome != "declined"] or waiting


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


def _state_of(alert: Alert, call: Call, dispatch: Dispatch) -> Literal["open", "outdated", "closed"]:
    if dispatch.action in transitions.CLOSED or call.status == "closed":
        return "closed"
    return "open" if dispatch.round == alert.round else "outdated"


def _shown(alert: Alert | None, call: Call | None, by: Caller) -> AnsweredAlert:
    if alert is None or call is None or call.dispatch is None or by.at >= alert.created_at + LINK_DURATION:
        return _CLOSED
    dispatch = call.dispatch
    state = _state_of(alert, call, dispatch)
    if state != "open":
        return AnsweredAlert(state)
    facts = CallFacts.of(call)
    if dispatch.acknowledged_at is None:
        if alert.outcome != "declined":
            return AnsweredAlert("open", facts)
        return AnsweredAlert("declined" if _is_anybody_asked(alert, dispatch, by) else "left", facts)
    is_theirs = dispatch.acknowledged_via in _BY_ALERT or dispatch.acknowledged_by == alert.name
    if is_theirs and dispatch.assigned_phone == alert.phone:
        return AnsweredAlert("yours", facts)
    return AnsweredAlert("others", taken_by=dispatch.acknowledged_by)


def _is_anybody_asked(alert: Alert, dispatch: Dispatch, by: Caller) -> bool:
    """Whether somebody else is asked to take a call that this person has passed on."""
    if dispatch.assigned_phone:
        return dispatch.assigned_phone != alert.phone
    alerts = Settings.of(organization_settings.settings_of(by.organization_id)).alerts
    return alerts.enabled and any(phone != alert.phone for phone in alerts.last_resort)
