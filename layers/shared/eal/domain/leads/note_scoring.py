"""Scoring of a lead by the trained reading of its notes. Only the worker imports this module, because the engine needs
NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.engines.embedded import lead_notes
from eal.core import observe
from eal.domain.leads import store as leads

if TYPE_CHECKING:
    from eal.domain.leads.messages import ScoreLeadEvent


def score(event: ScoreLeadEvent) -> None:
    """The request scored the lead by phrases, without NumPy. Most leads keep that score, at the cost of two reads; the
    others get another version and a `lead.updated`.
    """
    if not event.data.notes and not event.data.metadata:
        return
    by = event.as_worker("score_lead")
    observe.bind(lead_id=event.data.id)
    if leads.score_notes(event.data.id, lead_notes.read_notes, lead_notes.VERSION, by):
        by.transaction.commit()
        observe.count("leads_scored_by_notes")
