"""Score a lead with the trained reading of its notes, on `lead.created` and `lead.updated`."""

from eal.core.table.item import load
from eal.domain.leads import note_scoring
from eal.domain.leads.messages import ScoreLeadEvent
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    note_scoring.score(load(ScoreLeadEvent, message))


handler = Consumer(consume).handler
