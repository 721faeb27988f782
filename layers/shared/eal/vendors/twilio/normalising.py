"""The normalisation of Twilio's webhooks: reports on alerts, and people's answers to them.

`respond` does the same work while Twilio waits, where a person waits for the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from eal.core import aws, observe
from eal.core.errors import Unavailable
from eal.core.transaction import until_committed
from eal.domain.alerts.model import Report
from eal.domain.calls import alert_texts, alerting, answering
from eal.domain.calls.answering import TextMessage
from eal.domain.integrations import store as integrations
from eal.vendors.twilio import error_codes, webhooks
from eal.vendors.twilio.webhooks import VENDOR, Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.domain.alerts.model import AlertStatus
    from eal.domain.integrations.messages import ReceivedWebhook
    from eal.domain.integrations.scheme import Acceptance

_ENDS: Final[Mapping[str, Mapping[str, AlertStatus]]] = {
    webhooks.MESSAGE_STATUS: {
        "delivered": "delivered",
        "read": "delivered",
        "undelivered": "undelivered",
        "failed": "undelivered",
        "canceled": "undelivered",
    },
    webhooks.VOICE_STATUS: {
        "completed": "completed",
        "busy": "busy",
        "no-answer": "no_answer",
        "failed": "failed",
        "canceled": "failed",
    },
}
"""The statuses after which Twilio sends no other (its pages on message and call statuses)."""
_PHONE = re.compile(r"\+[0-9]{6,15}")
"""Others, such as short codes and `anonymous`, are nobody whom we have asked."""


def normalise(received: ReceivedWebhook, raw: bytes) -> None:
    """Carry out one webhook. A second time changes nothing."""
    form = Form.of(raw)
    if received.kind in _ENDS:
        until_committed(lambda: _report(received, form))
    else:
        _carry_out(received, form)


def respond(received: ReceivedWebhook, raw: bytes) -> Acceptance | None:
    """Carry out the webhook of somebody who waits, and say what has become of it. None for other webhooks."""
    if received.kind not in (webhooks.MESSAGE, webhooks.VOICE_KEY):
        return None
    is_text = received.kind == webhooks.MESSAGE
    try:
        words = _carry_out(received, Form.of(raw))
    except (aws.Refused, aws.Unreachable, Unavailable) as fault:
        # Silence would leave open whether the answer counts. It does: the worker carries it out.
        observe.logger.exception("answer_not_carried_out", fault=type(fault).__name__)
        observe.count("inbound_not_answered")
        return webhooks.written(alert_texts.NOT_YET) if is_text else webhooks.spoken(alert_texts.NOT_YET)
    if is_text:
        return webhooks.written(words) if words else None
    if words is None:
        return webhooks.asked_again(alert_texts.NO_ANSWER)
    return webhooks.spoken(words)


def _carry_out(received: ReceivedWebhook, form: Form) -> str | None:
    """The words of the reply, if there is something to say."""
    if received.kind not in (webhooks.MESSAGE, webhooks.VOICE_KEY):
        observe.count("inbound_unknown_kind")
        return None

    def commit() -> str | None:
        by = received.as_caller()
        integration = integrations.find(VENDOR, by)
        ours = integration.settings if integration else {}
        is_text = received.kind == webhooks.MESSAGE
        our_number, phone = (form.recipient, form.sender) if is_text else (form.sender, form.recipient)
        is_ours = (form.account, our_number) == (ours.get("account_sid"), ours.get("alert_number"))
        if not is_ours or not _PHONE.fullmatch(phone):
            observe.count("inbound_foreign")
            return None
        if is_text:
            text = TextMessage(form.sid, phone, form.text, received.received_at)
            words = answering.answer_by_text(text, by)
        else:
            words = answering.answer_by_key(received.delivery_id, phone, form.digits, by)
        by.transaction.commit()
        return words

    return until_committed(commit)


def _report(received: ReceivedWebhook, form: Form) -> None:
    by = received.as_caller()
    integration = integrations.find(VENDOR, by)
    is_ours = integration is not None and integration.settings.get("account_sid") == form.account
    report = Report(
        vendor=VENDOR if by.mode == "live" else "simulated",
        vendor_id=form.sid,
        status=_ENDS[received.kind].get(form.status),
        code=form.error or None,
        message=error_codes.explained(form.error),
        concerns_person=form.error in error_codes.OF_PERSON,
    )
    if not is_ours or not alerting.record_report(received.delivery_id, report, by):
        observe.count("inbound_foreign")
        return
    by.transaction.commit()
