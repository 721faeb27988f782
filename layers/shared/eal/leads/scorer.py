"""The score of a lead, 0 to 100, as the sum of explained contributions."""

from datetime import datetime

from eal.leads.model import Contribution, Lead, Score

VERSION = "lead-rules-1"


def score(lead: Lead, *, in_service_area: bool | None, at: datetime) -> Score:
    """The lead's score. `in_service_area` is None where the place or the area is not known."""
    contributions = [Contribution(feature="need", points=40, reason="a need without hurry")]
    return Score(
        value=sum(one.points for one in contributions),
        scorer=VERSION,
        scored_at=at,
        contributions=tuple(contributions),
    )
