"""Alerts about the dispatch of a call: the people on call are told, step by step, until somebody takes it.

A message is one step for one person. Vendors of texts and calls cannot recognise a repeated request, so the alert is
stored before its request and says that it is being sent; its id follows from the step and the person. The message of
the next step leaves before that, so a killed worker loses no step. A worker that finds an alert which another one began
looks for it in the vendor's list, and requests it again only if it is not there: an alert that comes twice is better
than none.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from eal.core import audit, ids, observe
from eal.core.clock import rfc3339
from eal.core.outbound import later
from eal.core.outbound.later import Delayed
from eal.core.table.item import dump
from eal.core.transaction import until_committed
from eal.domain.alerts import links, store
from eal.domain.alerts.model import (
    MAX_IN_TEN_MINUTES,
    MAX_TRIES,
    Alert,
    Recipient,
    failed,
    reported,
    tried_again,
)
from eal.domain.alerts.store import ALERTS
from eal.domain.alerts.transport import AlertMessage, AlertRefused, NotAccepted
from eal.domain.calls import alert_texts, decisions, dispatching
from eal.domain.calls.alert_texts import CallFacts
from eal.domain.calls.store import CALLS
from eal.domain.dispatch.model import Settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.organization_settings.outreach import outreach_in

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.alerts.messages import SendAlertTask
    from eal.domain.alerts.model import Report, SkippedReason
    from eal.domain.alerts.transport import AcceptedAlert, AlertTransport, Connect
    from eal.domain.calls.model import Call
    from eal.domain.dispatch.model import Dispatch
    from eal.domain.organization_settings.alerts import AlertStep
    from eal.domain.organization_settings.outreach import Sender

_WORKER = "send_alert"
_GAVE_UP = "gave_up"


class InProgress(Exception):
    """Another worker is making the request, or was killed during it. The message returns when that is certain."""


class _Step(NamedTuple):
    """One step for one person, with all that it depends on. `following` are the steps after it."""

    task: SendAlertTask
    call: Call
    settings: Settings
    sender: Sender | None
    recipient: Recipient
    step: AlertStep
    following: tuple[AlertStep, ...]


def alert(task: SendAlertTask, connect: Connect) -> None:
    """Carry out a step, or wait until its time has come. Nothing is done if somebody has taken the call.

    Raises: InProgress; NotAccepted if the request is to be repeated.
    """
    by = task.as_worker(_WORKER)
    found = _found(task, by)
    if found is None:
        return
    if found.task.due_at and by.at < found.task.due_at:
        _send_later(found.task, by)
        return
    stored = ALERTS.find(by.tenant, store.id_of(found.task, found.recipient.phone))
    if stored is None:
        _begin(found, connect, by)
    elif stored.is_held(by.at):
        raise InProgress
    elif stored.is_open:
        _resume(stored, found, connect, by)
    elif stored.told_nobody:
        _go_on(found)


def record_report(alert_id: str, report: Report, by: Caller) -> bool:
    """Record a vendor's report on an alert, in the caller's transaction. If it did not arrive, the next step does not
    wait for its time. Returns False if there is no such alert."""
    before = ALERTS.find(by.tenant, alert_id)
    if before is None:
        return False
    after = reported(before, report, by.at)
    if after == before:
        return True
    store.change(before, after, by)
    call = CALLS.find(by.tenant, before.call_id)
    dispatch = dispatching.alerted(call, before.round, before.level) if call else None
    if after.told_nobody and dispatch:
        settings = Settings.of(organization_settings.settings_of(by.organization_id))
        phones = [recipient.phone for recipient in _recipients(dispatch, settings)]
        if before.phone in phones:
            by.transaction.enqueue_task(
                "send_alert",
                {
                    "call_id": before.call_id,
                    "round": before.round,
                    "level": before.level,
                    "asked_at": rfc3339(before.created_at - timedelta(milliseconds=before.step)),
                    "step": before.step,
                    "recipient": phones.index(before.phone),
                },
            )
    return True


def give_up(task: SendAlertTask) -> None:
    """Record on the last receive that the vendor did not accept the alert, and go on with the next step."""
    by = task.as_worker(_WORKER)
    found = _found(task, by)
    if found is None:
        return
    stored = ALERTS.find(by.tenant, store.id_of(found.task, found.recipient.phone))
    if stored and stored.is_open:
        _fail(stored, found)
    _go_on(found)


def _found(task: SendAlertTask, by: Caller) -> _Step | None:
    """The step that a message is about; None if it is needed no more."""
    call = CALLS.find(by.tenant, task.call_id)
    dispatch = dispatching.alerted(call, task.round, task.level) if call else None
    company = organization_settings.settings_of(by.organization_id)
    settings = Settings.of(company)
    steps = settings.alerts.steps_within(settings.acknowledge_minutes * 60)
    if call is None or dispatch is None or not settings.alerts.enabled or task.step >= len(steps):
        observe.logger.info("alert_dropped", call_id=task.call_id, level=task.level, step=task.step)
        _cancel(task, by)
        return None
    recipients = _recipients(dispatch, settings)
    if task.recipient is None:
        task = replace(task, due_at=task.asked_at + timedelta(seconds=steps[0].after_seconds))
        others = [replace(task, recipient=number) for number in range(1, len(recipients))]
        for fault in later.send_all([_delayed(other, by) for other in others], by.at):
            if fault:
                raise fault
        task = replace(task, recipient=0)
    if task.recipient is None or task.recipient >= len(recipients):
        observe.logger.warning("nobody_to_alert", call_id=task.call_id, level=task.level)
        return None
    return _Step(
        task=task,
        call=call,
        settings=settings,
        sender=outreach_in(company).sender,
        recipient=recipients[task.recipient],
        step=steps[task.step],
        following=steps[task.step + 1 :],
    )


def _recipients(dispatch: Dispatch, settings: Settings) -> list[Recipient]:
    """The assigned person; the numbers of last resort if there is none."""
    if dispatch.assigned_phone is None:
        return [Recipient(name=phone, phone=phone) for phone in settings.alerts.last_resort]
    mails = (person.get("email") for person in settings.on_call if person["phone"] == dispatch.assigned_phone)
    name = dispatch.assigned_to or dispatch.assigned_phone
    return [Recipient(name=name, phone=dispatch.assigned_phone, email=next(filter(None, mails), None))]


def _begin(found: _Step, connect: Connect, by: Caller) -> None:
    """Send the message of the next step, store the alert, and make its request."""
    task, recipient = found.task, found.recipient
    if found.following:
        due_at = task.asked_at + timedelta(seconds=found.following[0].after_seconds)
        _send_later(replace(task, step=task.step + 1, due_at=due_at), by)
    alert_id = store.id_of(task, recipient.phone)
    new = Alert(
        id=alert_id,
        created_at=ids.created_at(alert_id),
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        call_id=task.call_id,
        round=task.round,
        level=task.level,
        step=task.step,
        name=recipient.name,
        phone=recipient.phone,
        email=recipient.email,
        channel=found.step.channel,
        emergency=CallFacts.of(found.call).emergency,
        status="waiting",
    )
    transport = connect(new.channel, by)
    reason = _reason_to_skip(new, found, transport, by)
    if reason or transport is None:
        skipped = replace(new, status="skipped", skipped_reason=reason, ended_at=by.at)
        store.begin(skipped, by)
        by.transaction.commit()
        observe.count("alerts_skipped")
        _go_on(found)
        return
    sending = tried_again(new, by.at)
    store.begin(sending, by)
    by.transaction.commit()
    _request(sending, found, transport)


def _reason_to_skip(
    new: Alert, found: _Step, transport: AlertTransport | None, by: Caller
) -> SkippedReason | None:
    if new.channel == "email":
        if found.recipient.email is None:
            return "no_email"
        if transport is None:
            return "resend_missing"
        return None if found.sender else "sender_missing"
    if not found.recipient.is_in_reach:
        return "country"
    if transport is None:
        return "twilio_missing"
    is_too_many = not new.emergency and store.requested_lately(new.phone, by) >= MAX_IN_TEN_MINUTES
    return "limit" if is_too_many else None


def _resume(stored: Alert, found: _Step, connect: Connect, by: Caller) -> None:
    """Go on with an alert whose request ended without an acceptance, or whose worker was killed."""
    transport = connect(stored.channel, by)
    if transport and stored.requested_at and (stored.may_have_arrived or stored.status == "sending"):
        try:
            accepted = transport.find(
                _message(stored, found, takes_answers=transport.takes_answers), stored.requested_at
            )
        except NotAccepted:
            accepted = None  # a vendor that does not answer now may accept a request
        except AlertRefused as refused:
            _record_refusal(stored, refused, found)
            return
        if accepted:
            _record_sent(stored.id, accepted, found)
            return
    if transport is None or stored.tries >= MAX_TRIES:
        _fail(stored, found)
        _go_on(found)
        return
    trying = store.change(stored, tried_again(stored, by.at), by)
    by.transaction.commit()
    _request(trying, found, transport)


def _request(sending: Alert, found: _Step, transport: AlertTransport) -> None:
    try:
        accepted = transport.send(_message(sending, found, takes_answers=transport.takes_answers))
    except NotAccepted as fault:
        _record(
            sending.id, replace(sending, status="waiting", may_have_arrived=fault.may_have_arrived), found
        )
        raise
    except AlertRefused as refused:
        _record_refusal(sending, refused, found)
        return
    _record_sent(sending.id, accepted, found)


def _record_refusal(sending: Alert, refused: AlertRefused, found: _Step) -> None:
    observe.logger.warning("alert_refused", alert_id=sending.id, code=refused.code)
    observe.count("alerts_failed")
    by = found.task.as_worker(_WORKER)
    ended = failed(sending, refused.code, refused.message, by.at, concerns_person=refused.concerns_person)
    _record(sending.id, ended, found)
    _go_on(found)


def _record_sent(alert_id: str, accepted: AcceptedAlert, found: _Step) -> None:
    def commit() -> None:
        by = found.task.as_worker(_WORKER)
        before = ALERTS.get(by.tenant, alert_id)
        if not before.is_open:
            return
        sent = replace(
            before,
            status="sent",
            vendor=accepted.vendor,
            vendor_id=accepted.vendor_id,
            segments=accepted.segments,
            may_have_arrived=False,
            sent_at=by.at,
        )
        store.change(before, sent, by)
        by.transaction.commit()

    until_committed(commit)
    observe.count("alerts_sent")


def _record(alert_id: str, ended: Alert, found: _Step) -> None:
    """Record how a request ended. An answer by the link may have changed the alert meanwhile."""

    def commit() -> None:
        by = found.task.as_worker(_WORKER)
        before = ALERTS.get(by.tenant, alert_id)
        if before.is_open:
            answer = {name: getattr(before, name) for name in ("outcome", "outcome_via", "answered_at")}
            store.change(before, replace(ended, **answer), by)
            by.transaction.commit()

    until_committed(commit)


def _fail(stored: Alert, found: _Step) -> None:
    by = found.task.as_worker(_WORKER)
    message = "The vendor did not accept the alert within three requests."
    _record(stored.id, failed(stored, _GAVE_UP, message, by.at), found)
    observe.count("alerts_failed")


def _go_on(found: _Step) -> None:
    """After a step that told nobody: the next one at once, or the next person if this one cannot be reached at all."""
    by = found.task.as_worker(_WORKER)
    if found.following:
        _send_later(replace(found.task, step=found.task.step + 1, due_at=None), by)
        return
    is_asked = dispatching.awaited(found.call, found.task.round, found.task.level) is not None
    if is_asked and all(
        told and told.cannot_reach for told in store.of_level(found.task, found.recipient, by)
    ):
        decisions.pass_on(found.call, "call.escalated", by, reason="unreachable")
        by.transaction.commit()
        observe.count("dispatches_escalated")


def _cancel(task: SendAlertTask, by: Caller) -> None:
    """Cancel the alert that a message is about, if its request did not end before the call was taken."""
    for stored in store.of_call(task.call_id, by.tenant):
        is_this = (stored.round, stored.level, stored.step) == (task.round, task.level, task.step)
        if is_this and stored.is_open and not stored.is_held(by.at):
            store.change(stored, replace(stored, status="canceled", ended_at=by.at), by)
    by.transaction.commit()


def _message(sending: Alert, found: _Step, *, takes_answers: bool) -> AlertMessage:
    by = found.task.as_worker(_WORKER)
    token = links.token_of(sending.id, by.tenant)
    url = links.url_of(token)
    facts = CallFacts.of(found.call, found.settings.alerts.detail)
    is_asked = dispatching.awaited(found.call, sending.round, sending.level) is not None
    minutes = found.settings.acknowledge_minutes if is_asked else None
    code = alert_texts.code_of(sending) if takes_answers else None
    texts = {
        "sms": lambda: alert_texts.written(facts, url, code),
        "voice": lambda: alert_texts.spoken(facts, by_key=takes_answers),
        "email": lambda: alert_texts.mailed(facts, url, minutes),
    }
    return AlertMessage(
        alert_id=sending.id,
        channel=sending.channel,
        to=(sending.email or "") if sending.channel == "email" else sending.phone,
        text=texts[sending.channel](),
        mark=token,
        sender=f"{found.sender.name} <{found.sender.email}>" if found.sender else "",
        subject=facts.headline,
        tries=sending.tries,
    )


def _send_later(task: SendAlertTask, by: Caller) -> None:
    later.send(_delayed(task, by), by.at)


def _delayed(task: SendAlertTask, by: Caller) -> Delayed:
    name = f"{task.call_id}-{task.round}-{task.level}-{task.step}-{task.recipient or 0}"
    return Delayed("alert", json.dumps(dump(task)), task.organization_id, name, task.due_at or by.at)
