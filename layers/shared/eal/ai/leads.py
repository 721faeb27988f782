"""The reading of a lead's notes."""

from __future__ import annotations

from typing import Literal, NamedTuple

type Band = Literal["junk", "cold", "warm", "hot"]

BANDS: tuple[Band, ...] = ("junk", "cold", "warm", "hot")
"""Bands from the lowest to the highest."""


class LeadFacts(NamedTuple):
    """The known facts about a lead besides its notes. `in_service_area` is None if that is not known."""

    in_service_area: bool | None
    has_email: bool
    has_phone: bool
    has_loss_type: bool
    has_company: bool
    source: str


class NotesReading(NamedTuple):
    """The band of a lead by its notes and facts. `share` is where the lead is within the band: 0 next to the band
    below, 1 next to the one above. `confidence` is the probability of the band.
    """

    band: Band
    share: float
    confidence: float
