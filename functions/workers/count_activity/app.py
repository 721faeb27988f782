"""Update the statistics, on each event and task that can change the contribution of a lead or a call."""

from eal.core import observe
from eal.core.messages import ResourceEvent
from eal.core.table.item import load
from eal.core.tenancy import Mode
from eal.domain.statistics import counting
from eal.domain.statistics.model import runs_in
from eal.entry.queue import BatchConsumer, Message


def count(messages: list[Message]) -> None:
    """Count the current state of the resources, whatever the events contain."""
    by_tenant: dict[tuple[str, Mode], list[ResourceEvent]] = {}
    for event in (load(ResourceEvent, message) for message in messages):
        by_tenant.setdefault(event.tenant, []).append(event)
    for events in by_tenant.values():
        by = events[0].as_worker("count_activity")
        counted = counting.count(list({event.data.id: None for event in events}), by)
        if counted.resources:
            observe.count("activity_counted", counted.resources)
        if by.mode == "live":
            for name, amount in runs_in(counted.added).items():
                observe.count(name, amount)


# In batches: all leads of a tenant share its tally, so a transaction for each would conflict with the others.
handler = BatchConsumer(count).handler
