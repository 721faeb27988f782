"""What an erased lead or prospect left behind, on the tasks `erase_lead` and `erase_prospect`."""

from typing import TYPE_CHECKING, cast

from eal.entry.consumer import Consumer, Message
from eal.leads import erasure as leads
from eal.prospects import erasure as prospects

if TYPE_CHECKING:
    from eal.table.keys import Mode


def consume(message: Message) -> None:
    """Personal values in stored events and in answers kept for repeated requests, and a lead's history."""
    organization_id, mode = cast("str", message["organization_id"]), cast("Mode", message["mode"])
    if message["task"] == "erase_prospect":
        prospects.scrub_traces(organization_id, mode, cast("str", message["prospect_id"]))
    else:
        leads.scrub_traces(organization_id, mode, cast("str", message["lead_id"]))


handler = Consumer(consume).handler
