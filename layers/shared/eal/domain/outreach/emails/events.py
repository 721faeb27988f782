"""Events of sent e-mails: what the vendor reports, in any order and more than once, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.outreach.emails.model import Email
    from eal.domain.outreach.mail import MailEvent


def apply(event: MailEvent, by: Caller) -> Email | None:
    """Record an event, in the caller's transaction. Returns its e-mail; None if the event is not new, or if the e-mail
    is not one of ours.
    """
    raise NotImplementedError
