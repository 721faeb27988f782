"""Statistics: on each event that can change what a lead or a call counts for."""

from typing import TYPE_CHECKING, cast

from eal import observe
from eal.caller import worker
from eal.entry.consumer import BatchConsumer, Message
from eal.statistics import counting

if TYPE_CHECKING:
    from eal.table.keys import Mode


def count(messages: list[Message]) -> None:
    """Count the resources as they stand now, whatever the events said of them."""
    requests: dict[tuple[str, Mode], dict[str, str]] = {}
    for message in messages:
        tenant = cast("str", message["organization_id"]), cast("Mode", message["mode"])
        resource_id = cast("str", cast("Message", message["data"])["id"])
        requests.setdefault(tenant, {})[resource_id] = cast("str", message["request_id"])
    for (organization_id, mode), by_resource in requests.items():
        by = worker("count_activity", organization_id, mode, next(iter(by_resource.values())))
        if counted := counting.count(list(by_resource), by):
            observe.count("activity_counted", counted)


# At once: all of a tenant's leads meet in its tally, and a transaction for each would wait for the one before.
handler = BatchConsumer(count).handler
