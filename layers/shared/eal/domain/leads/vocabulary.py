"""The closed vocabularies of leads, and which status may follow which."""

from typing import Literal

type Status = Literal["new", "contacted", "qualified", "scheduled", "won", "lost", "disqualified"]
type LossType = Literal["water", "sewage", "fire", "mold", "storm", "biohazard", "rebuild", "other"]

type OnDuplicate = Literal["error", "return", "update"]
"""Treatment of a new lead with the e-mail or a phone of another one: it is refused, dropped, or merged into it."""
type Urgency = Literal["emergency", "high", "normal", "low"]

TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    "new": ("contacted", "lost", "disqualified"),
    "contacted": ("qualified", "lost", "disqualified"),
    "qualified": ("scheduled", "lost", "disqualified"),
    "scheduled": ("won", "lost", "disqualified"),
    "won": (),
    "lost": ("new",),
    "disqualified": ("new",),
}
"""The statuses that may follow each status; `new` after lost or disqualified reopens the lead."""

NEEDS_REASON: frozenset[Status] = frozenset({"lost"})
