"""The state of an alert, and who can be alerted."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from eal.core.clock import Instant
from eal.domain.organization_settings.alerts import AlertChannel

type AlertStatus = Literal[
    "sending",
    "waiting",
    "sent",
    "delivered",
    "undelivered",
    "completed",
    "no_answer",
    "busy",
    "failed",
    "skipped",
    "canceled",
]
type AlertVendor = Literal["twilio", "resend", "simulated"]
type AlertOutcome = Literal["acknowledged", "declined"]
type AnsweredVia = Literal["sms", "voice", "link"]
type SkippedReason = Literal[
    "twilio_missing", "resend_missing", "sender_missing", "no_email", "country", "limit"
]

MAX_TRIES = 3
"""Requests to the vendor for one alert. A text that arrives twice is better than none, three times is a nuisance."""
SENDING_DURATION = timedelta(seconds=20)
"""The timeout of the worker: an alert that is `sending` for longer belongs to one that was killed."""
MAX_IN_TEN_MINUTES = 6
"""Alerts to a person in ten minutes, apart from emergencies, which have no limit."""
LINK_DURATION = timedelta(hours=24)
"""How long the link of an alert shows the call."""
_ABROAD: Final = "242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829 849 868 869 876 900"
"""Area codes of +1 that are neither in the US nor in Canada (North American Numbering Plan), and 900, whose calls cost
more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person who can be alerted. `email` is None if the rota has none."""

    name: str
    phone: str
    email: str | None = None

    @property
    def is_in_reach(self) -> bool:
        """Whether the phone number is one of the US or Canada. Calls elsewhere can cost dollars a minute."""
        return self.phone.startswith("+1") and len(self.phone) == 12 and self.phone[2:5] not in _ABROAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert. `round`, `level` and `step` are those of the dispatch, of its escalation and of the settings.
    `created_at` is that of its id: when the person was asked. `requested_at` is the time of the first request,
    `tried_at` that of the latest one.

    Its request is stored before it is made: an alert that is `sending` may have reached the vendor. `waiting`: a
    request ended without an acceptance and is to be repeated; `may_have_arrived` says whether the vendor may have
    carried it out. `duplicate_possible`: it was then repeated without finding the first one at the vendor.
    `concerns_person`: an error that is due to the person's number and not to the vendor or the account.
    """

    id: str
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    call_id: str
    round: int
    level: int
    step: int
    name: str
    phone: str
    channel: AlertChannel
    emergency: bool
    status: AlertStatus
    email: str | None = None
    skipped_reason: SkippedReason | None = None
    vendor: AlertVendor | None = None
    vendor_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    concerns_person: bool = False
    tries: int = 0
    requested_at: Instant | None = None
    tried_at: Instant | None = None
    may_have_arrived: bool = False
    duplicate_possible: bool = False
    segments: int | None = None
    outcome: AlertOutcome | None = None
    outcome_via: AnsweredVia | None = None
    sent_at: Instant | None = None
    delivered_at: Instant | None = None
    answered_at: Instant | None = None
    ended_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether the vendor has not accepted it yet, and still may."""
        return self.status in ("sending", "waiting")

    def is_held(self, at: datetime) -> bool:
        """Whether another worker may be making the request just now."""
        return (
            self.status == "sending" and self.tried_at is not None and at < self.tried_at + SENDING_DURATION
        )

    @property
    def cannot_reach(self) -> bool:
        """Whether the person cannot be reached on this channel, whatever the vendor does."""
        if self.status == "skipped":
            return self.skipped_reason in ("no_email", "country")
        return self.told_nobody and self.concerns_person

    @property
    def told_nobody(self) -> bool:
        """Whether the next step need not wait for its time."""
        return self.status in ("failed", "undelivered", "skipped")


def tried_again(alert: Alert, at: datetime) -> Alert:
    """The alert before its next request."""
    is_repeated = alert.status == "sending" or alert.may_have_arrived
    return replace(
        alert,
        status="sending",
        tries=alert.tries + 1,
        requested_at=alert.requested_at or at,
        tried_at=at,
        may_have_arrived=False,
        duplicate_possible=alert.duplicate_possible or is_repeated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A vendor's report on an alert that it has accepted. `status` is None before the end. `code` is the vendor's if
    it did not arrive."""

    vendor: AlertVendor
    vendor_id: str
    status: AlertStatus | None
    code: str | None = None
    message: str | None = None
    concerns_person: bool = False


def reported(alert: Alert, report: Report, at: datetime) -> Alert:
    """The alert after a report; the same if it says nothing new. Reports come twice and in any order: the first one of
    the end holds. One that precedes the vendor's answer, or replaces a lost one, proves that the alert was accepted."""
    if not (alert.is_open or alert.status == "sent"):
        return alert
    sent = alert
    if alert.is_open:
        sent = replace(
            alert,
            status="sent",
            vendor=report.vendor,
            vendor_id=report.vendor_id,
            may_have_arrived=False,
            sent_at=at,
        )
    if report.status is None:
        return sent
    if report.status in ("failed", "undelivered"):
        ended = failed(
            sent, report.code or "unknown", report.message or "", at, concerns_person=report.concerns_person
        )
        return replace(ended, status=report.status)
    return replace(
        sent, status=report.status, delivered_at=at if report.status == "delivered" else None, ended_at=at
    )


def failed(alert: Alert, code: str, message: str, at: datetime, *, concerns_person: bool = False) -> Alert:
    return replace(
        alert,
        status="failed",
        error_code=code,
        error_message=message,
        concerns_person=concerns_person,
        ended_at=at,
    )
