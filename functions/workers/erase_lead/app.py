"""What an erased lead or prospect left behind, on the tasks `erase_lead` and `erase_prospect`."""

from typing import TYPE_CHECKING, cast

from eal.entry.consumer import Consumer, Message
from eal.leads import erasure as leads
from eal.messages import erasure as messages
from eal.outreach import erasure as outreach
from eal.prospects import erasure as prospects

if TYPE_CHECKING:
    from eal.table.keys import Mode


def consume(message: Message) -> None:
    """Personal values in stored events and in answers kept for repeated requests, a lead's history, and what the person
    wrote or was written. The contacts by which that is found go last, so that a second run finds the rest."""
    organization_id, mode = cast("str", message["organization_id"]), cast("Mode", message["mode"])
    if message["task"] == "erase_prospect":
        prospect_id = cast("str", message["prospect_id"])
        prospects.scrub_traces(organization_id, mode, prospect_id)
        who = prospects.traced(organization_id, mode, prospect_id)
    else:
        lead_id = cast("str", message["lead_id"])
        leads.scrub_traces(organization_id, mode, lead_id)
        lead = leads.traced(organization_id, mode, lead_id)
        who = lead and prospects.without_prospects_own(organization_id, mode, lead)
    if who:
        messages.forget(organization_id, mode, who)
        outreach.forget(organization_id, mode, who)
        who.close()


handler = Consumer(consume).handler
