"""The time at which a step is sent: within the send window in the recipient's zone, spread over some minutes.

Everything here is pure: time is an argument.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.domain.organization_settings import hours

if TYPE_CHECKING:
    from datetime import datetime

    from eal.domain.organization_settings.hours import BusinessHours
    from eal.domain.outreach.sequences.model import SendWindow, Sequence

MAX_JITTER = timedelta(minutes=30)
"""E-mails that are due at the same time, as at the opening of the window, are spread over this time. The description
of `delay_hours` names it."""
_MILLISECOND = timedelta(milliseconds=1)


def is_open(window: SendWindow, zone: str, at: datetime) -> bool:
    """Whether e-mails may be sent at `at` to a recipient in this zone."""
    return hours.is_open(_spans(window), zone, at)


def next_send_at(window: SendWindow, zone: str, earliest: datetime, key: str) -> datetime:
    """The time, at or after `earliest` and within the window, at which an e-mail is sent.

    It follows from the arguments alone. `key`, such as the id of an enrollment, decides by how much the e-mail is
    delayed: up to MAX_JITTER, and never beyond the end of the window.
    """
    spans = _spans(window)
    opening = hours.next_opening(spans, zone, earliest)
    if opening is None:
        raise AssertionError("a send window has at least one day")
    closing = hours.next_closing(spans, zone, opening)
    room = min(MAX_JITTER, closing - opening) if closing else MAX_JITTER
    return opening + _MILLISECOND * (_number(key) % max(room // _MILLISECOND, 1))


def due_at(sequence: Sequence, step: int, enrollment_id: str, zone: str, after: datetime) -> datetime:
    """The time at which an enrollment's step is sent. The step before was sent, or the enrollment made, at `after`."""
    earliest = after + timedelta(hours=sequence.steps[step].delay_hours)
    return next_send_at(sequence.send_window, zone, earliest, f"{enrollment_id}/{step}")


def _spans(window: SendWindow) -> BusinessHours:
    return {day: [(window.start, window.end)] for day in window.days}


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
