"""Alerts, as the API returns them."""

from __future__ import annotations

from typing import Annotated, Self

from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.schema import Field
from eal.core.wire import Wire
from eal.domain.alerts.model import (
    Alert,
    AlertOutcome,
    AlertStatus,
    AlertVendor,
    AnsweredVia,
    SkippedReason,
)
from eal.domain.organization_settings.alerts import AlertChannel


class AlertQuery(ListQuery):
    call_id: Annotated[str | None, Field(max_length=100)] = None
    """Only alerts about this call."""
    channel: AlertChannel | None = None
    """Only alerts on this channel."""
    status: AlertStatus | None = None
    """Only alerts with this status."""
    outcome: AlertOutcome | None = None
    """Only alerts that were answered so."""


class AlertErrorView(Wire):
    code: str
    """The vendor's code, `gave_up` after three requests without an answer, or `refused` if the vendor names none."""
    message: str
    """The reason, and what to do if something can be done."""


class AlertRecipientView(Wire):
    name: str
    """The person's name on the rota. For a number of last resort, the number."""
    phone: str
    """The phone number in E.164 format."""
    email: str | None
    """The e-mail address on the rota. Null if there is none."""


class AlertView(Wire):
    """One attempt to tell one person about the dispatch of a call."""

    id: str
    call_id: str
    """The call that somebody must act on."""
    round: int
    """The number of the call's decision, which rises with each new one."""
    level: int
    """The level of the escalation: 0 for the first person on call."""
    step: int
    """The step of `settings.dispatch.alerts.steps`, from 0."""
    recipient: AlertRecipientView
    """The person who is alerted."""
    channel: AlertChannel
    """`sms`: a text. `voice`: a phone call. `email`: an e-mail."""
    emergency: bool
    """Whether the call is an emergency, a danger to life, or could not be classified."""
    status: AlertStatus
    """`sending`: the request is being made. `waiting`: it is to be repeated. `sent`: the vendor accepted it.
    `delivered`, `undelivered`: the text arrived, or did not. `completed`: the phone call was answered, by a person or a
    mailbox. `no_answer`, `busy`: it was not. `failed`: the vendor refused it, did not answer three requests, or could
    not make the phone call. `skipped`: nothing was requested, for `skipped_reason`. `canceled`: the call was taken or
    passed on before the vendor accepted it."""
    skipped_reason: SkippedReason | None
    """`twilio_missing`, `resend_missing`: the vendor is not connected. `sender_missing`: no sender is set.
    `no_email`: the person has no e-mail address. `country`: the number is not of the US or Canada. `limit`: the person
    had six alerts in ten minutes, and this is no emergency."""
    vendor: AlertVendor | None
    """`simulated` in test mode. Null before a vendor accepted it."""
    vendor_id: str | None
    """The vendor's id of the text, the call or the e-mail."""
    error: AlertErrorView | None
    """Why it failed or did not arrive. Null unless that happened."""
    tries: int
    """The number of requests to the vendor."""
    duplicate_possible: bool
    """Whether the person may have got it twice: the vendor did not answer a request, its list did not show it, and it
    was repeated."""
    segments: int | None
    """The parts of a text that the vendor bills. Null for other channels, and if the vendor does not say."""
    outcome: AlertOutcome | None
    """The answer to this alert. Null if there is none."""
    outcome_via: AnsweredVia | None
    """`sms`: by a text. `voice`: by a key during the phone call. `link`: by the link. Null without an answer."""
    requested_at: Instant | None
    """When the first request to the vendor was made. Null if none was."""
    sent_at: Instant | None
    """When the vendor accepted it."""
    delivered_at: Instant | None
    """When the text arrived, as far as the vendor says."""
    answered_at: Instant | None
    """When the person answered it."""
    ended_at: Instant | None
    """When nothing more can become of it: it arrived or did not, failed, was skipped or was canceled."""
    created_at: Instant
    """When the person was asked to act. All alerts about that have this time, a millisecond apart."""
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, alert: Alert) -> Self:
        own = {name: getattr(alert, name) for name in cls.model_fields if name not in ("recipient", "error")}
        error = (
            {"code": alert.error_code, "message": alert.error_message}
            if alert.status in ("failed", "undelivered")
            else None
        )
        recipient = {"name": alert.name, "phone": alert.phone, "email": alert.email}
        return cls.model_validate({**own, "recipient": recipient, "error": error})


class AlertPage(PageView[AlertView]):
    pass
