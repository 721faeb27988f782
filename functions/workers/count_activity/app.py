"""Update the statistics, on each event and task that can change the contribution of a lead or a call."""

from eal.core.messages import ResourceEvent
from eal.core.table.item import load
from eal.domain.statistics import counting
from eal.entry.queue import BatchConsumer, Message


def consume(messages: list[Message]) -> None:
    counting.count_all([load(ResourceEvent, message) for message in messages])


# In batches: all leads of a tenant share its tally, so a transaction for each would conflict with the others.
handler = BatchConsumer(consume).handler
