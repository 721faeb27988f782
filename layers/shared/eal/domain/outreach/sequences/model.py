"""A sequence: its steps and their variants, when and how much it sends, and its status transitions."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from eal.core.clock import Instant

type SequenceStatus = Literal["draft", "active", "paused", "archived"]
type StopEvent = Literal["replied", "bounced", "complained", "unsubscribed", "converted"]
type Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

TRANSITIONS: dict[SequenceStatus, tuple[SequenceStatus, ...]] = {
    "draft": ("active",),
    "active": ("paused",),
    "paused": ("active", "archived"),
    "archived": (),
}
"""The statuses that may follow each status."""

STOP_EVENTS: tuple[StopEvent, ...] = ("replied", "bounced", "complained", "unsubscribed", "converted")
ALWAYS_STOPS: frozenset[StopEvent] = frozenset({"replied", "bounced", "complained", "unsubscribed"})
"""Events that stop an enrollment of every sequence. A further e-mail after an unsubscribe is unlawful
(16 CFR 316.5)."""

MAX_STEPS, MAX_VARIANTS = 20, 5
MAX_DELAY_HOURS = 90 * 24
MIN_FOLLOW_UP_HOURS = 12
"""Minimum time between two e-mails to the same recipient, in hours."""
MIN_WINDOW_MINUTES = 60
MAX_JSON_BYTES = 48 * 1024
"""Bytes of JSON, in UTF-8, of a sequence: it is in its item, in the stored response and twice in an audit record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One of the texts of a step. `weight` is its share of the recipients, relative to the other variants."""

    name: str
    subject: str
    body: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One e-mail. `delay_hours` are counted from the step before, or from the enrollment. A step has variants, of which
    each recipient gets one, or else a subject and a body of its own.
    """

    delay_hours: int
    subject: str | None = None
    body: str | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def texts(self) -> tuple[Variant, ...]:
        """The variants. The only text of a step without variants is named A."""
        return self.variants or (Variant(name="A", subject=self.subject or "", body=self.body or ""),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWindow:
    """The weekdays and the time of day, in the recipient's zone, at which e-mails are sent."""

    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    start: str = "09:00"
    end: str = "17:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """`time_zone` is that of recipients whose own is unknown; None is the organization's. `daily_cap` limits the
    e-mails of the sequence; None leaves only the organization's limit.
    """

    id: str
    name: str
    created_at: Instant
    updated_at: Instant
    version: int
    status: SequenceStatus = "draft"
    steps: tuple[Step, ...] = ()
    send_window: SendWindow = SendWindow()
    time_zone: str | None = None
    daily_cap: int | None = None
    stop_on: tuple[StopEvent, ...] = STOP_EVENTS
    activated_at: Instant | None = None


def variant_of(sequence: Sequence, step: int, enrollment_id: str) -> Variant:
    """The variant that an enrollment gets in a step, counted from 0. The same at each call, while the weights are."""
    texts = sequence.steps[step].texts
    # The step is hashed too: otherwise the recipients of one variant would be those of one variant of the next step.
    digest = hashlib.sha256(f"{enrollment_id}/{step}".encode()).digest()
    point = int.from_bytes(digest[:8]) % sum(variant.weight for variant in texts)
    for variant in texts:
        if point < variant.weight:
            return variant
        point -= variant.weight
    raise AssertionError("the point is below the sum of the weights")
