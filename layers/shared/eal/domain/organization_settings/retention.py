"""The settings `retention`: how long recordings, transcripts and the evidence of claims are kept."""

from __future__ import annotations

from typing import NamedTuple, cast

from eal.domain.organization_settings.store import settings_of

RECORDING_DAYS, TRANSCRIPT_DAYS, CLAIM_DAYS = 90, 365, 90
"""The defaults of the retention."""


class Retention(NamedTuple):
    """Days for which the recording and the transcript of a call are kept, and the evidence of a closed claim."""

    recording_days: int
    transcript_days: int
    claim_days: int


def retention_of(organization_id: str) -> Retention:
    """The organization's current retention. If it keeps no recordings, they are kept for 0 days."""
    settings = settings_of(organization_id)
    days = cast("dict[str, int]", settings.get("retention", {}))
    keeps_recordings = cast("dict[str, bool]", settings.get("recordings", {})).get("enabled", True)
    return Retention(
        recording_days=days.get("recording_days", RECORDING_DAYS) if keeps_recordings else 0,
        transcript_days=days.get("transcript_days", TRANSCRIPT_DAYS),
        claim_days=days.get("claim_days", CLAIM_DAYS),
    )
