"""Score a lead with the trained reading of its notes, on `lead.created` and `lead.updated`."""

from eal.ai.engines.embedded import lead_notes
from eal.core import observe
from eal.core.table.item import load
from eal.domain.leads import store as leads
from eal.domain.leads.messages import ScoreLeadEvent
from eal.entry.queue import Consumer, Message


def score(message: Message) -> None:
    """The request scored the lead by phrases, without NumPy. Most leads keep that score, at the cost of two reads; the
    others get another version and a `lead.updated`.
    """
    event = load(ScoreLeadEvent, message)
    if not event.data.notes and not event.data.metadata:
        return
    by = event.as_worker("score_lead")
    observe.bind(lead_id=event.data.id)
    if leads.score_notes(event.data.id, lead_notes.read_notes, lead_notes.VERSION, by):
        by.transaction.commit()
        observe.count("leads_scored_by_notes")


handler = Consumer(score).handler
