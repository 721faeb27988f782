"""Replies to e-mails, and their classification."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class ReplyClass(StrEnum):
    """Meaning of a reply for its sequence. The last three are from machines."""

    INTERESTED = "interested"
    MEETING_REQUEST = "meeting_request"
    QUESTION = "question"
    OBJECTION = "objection"
    NOT_NOW = "not_now"
    REFERRAL = "referral"
    NOT_INTERESTED = "not_interested"
    WRONG_PERSON = "wrong_person"
    UNSUBSCRIBE = "unsubscribe"
    HOSTILE = "hostile"
    OTHER = "other"
    OUT_OF_OFFICE = "out_of_office"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"


MACHINES = frozenset({ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_REPLY, ReplyClass.BOUNCE})

BOUNCE_HEADERS, AUTOMATIC_HEADERS = "bounce_headers", "automatic_headers"
MACHINE_HEADERS = frozenset({BOUNCE_HEADERS, AUTOMATIC_HEADERS})
"""The reasons of a mail that a machine has sent, as its headers show."""
DEAD_MAILBOX = "dead_mailbox"
"""The reason of a report that there is no such mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyInput:
    """A received mail. `sender` is its From header; the names of `headers` are in any case. `body` is plain text or
    HTML. Relative dates count from `received_at`.
    """

    sender: str
    subject: str
    body: str
    received_at: datetime
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyClassification:
    """`return_date` is the day on which the writer of an out_of_office is back, `resume_after` the day that a not_now
    names. `unsure`: the confidence is too low to act on. `reasons` are the rules that decided, none if the trained
    head did alone. `evidence` are exact quotes from the subject and the text that decided most.
    """

    classification: ReplyClass
    confidence: float
    unsure: bool
    return_date: date | None
    resume_after: date | None
    reasons: tuple[str, ...]
    evidence: tuple[str, ...] = ()
