"""Statistics: on each event that can change what a lead or a call counts for."""

from eal.core import observe
from eal.core.table.item import load
from eal.core.tenancy import Mode
from eal.domain.statistics import counting
from eal.entry.queue import BatchConsumer, Message, ResourceEvent, worker_of


def count(messages: list[Message]) -> None:
    """Count the resources as they stand now, whatever the events said of them."""
    by_tenant: dict[tuple[str, Mode], list[ResourceEvent]] = {}
    for event in (load(ResourceEvent, message) for message in messages):
        by_tenant.setdefault(event.tenant, []).append(event)
    for events in by_tenant.values():
        by = worker_of(events[0], "count_activity")
        if counted := counting.count(list({event.data.id: None for event in events}), by):
            observe.count("activity_counted", counted)


# At once: all of a tenant's leads meet in its tally, and a transaction for each would wait for the one before.
handler = BatchConsumer(count).handler
