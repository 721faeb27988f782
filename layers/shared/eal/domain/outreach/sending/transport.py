"""The transport of an e-mail: a vendor in live mode, the simulated mailbox in test mode. The worker passes it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.domain.outreach.emails.model import Email


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An e-mail as the vendor gets it. It follows from the stored e-mail alone: a repeated request is the same."""

    email_id: str
    idempotency_key: str
    sender: str
    to: str
    reply_to: str
    subject: str
    text: str
    html: str | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedEmail:
    """The vendor has the e-mail. `message_id` is its Message-ID header, if the vendor returns it."""

    vendor: str
    vendor_email_id: str
    message_id: str | None = None


class Deferred(Exception):
    """The vendor does not accept this e-mail for `seconds`. `may_have_arrived`: it may have accepted it.
    `is_of_all`: it accepts no other e-mail of the tenant before, either."""

    def __init__(self, seconds: float, *, may_have_arrived: bool, is_of_all: bool = False) -> None:
        super().__init__(f"the vendor accepts no e-mail for {seconds:.0f} s")
        self.seconds = seconds
        self.may_have_arrived = may_have_arrived
        self.is_of_all = is_of_all or not may_have_arrived


class RefusedForGood(Exception):
    """The vendor refuses this e-mail, and would refuse it again. `may_have_arrived`: it may have accepted an earlier
    request. `is_of_sender`: it would refuse others too."""

    def __init__(self, reason: str, *, may_have_arrived: bool = False, is_of_sender: bool = False) -> None:
        super().__init__("the vendor refused an e-mail for good")
        self.reason = reason
        self.may_have_arrived = may_have_arrived
        self.is_of_sender = is_of_sender


class Transport(Protocol):
    @property
    def key_mark(self) -> str:
        """A keyed hash of the API key, or an empty text. Each account of the vendor has its own idempotency keys."""
        ...

    def send(self, message: Message, now: datetime) -> AcceptedEmail:
        """Send an e-mail. A repeated request within 24 hours has no second effect and the same result.

        `now` is the time of the tenant's outreach. Raises: Deferred, RefusedForGood.
        """
        ...

    def is_settled(self, email: Email) -> bool:
        """Whether everything is recorded that becomes of a sent e-mail in a simulation."""
        ...
