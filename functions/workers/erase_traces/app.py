"""What an erased lead or prospect left behind, on the tasks `erase_lead` and `erase_prospect`."""

from dataclasses import dataclass

from eal.core.table.item import load
from eal.domain.leads import erasure as leads
from eal.domain.messages import erasure as messages
from eal.domain.outreach import erasure as outreach
from eal.domain.prospects import erasure as prospects
from eal.entry.queue import Consumer, Message, TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTask(TenantMessage):
    lead_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectTask(TenantMessage):
    prospect_id: str


def consume(message: Message) -> None:
    """Personal values in stored events and in answers kept for repeated requests, a lead's history, and what the person
    wrote or was written. The contacts by which that is found go last, so that a second run finds the rest."""
    task: LeadTask | ProspectTask
    if message["task"] == "erase_prospect":
        task = load(ProspectTask, message)
        tenant = task.tenant
        prospects.scrub_traces(tenant, task.prospect_id)
        who = prospects.traced(tenant, task.prospect_id)
    else:
        task = load(LeadTask, message)
        tenant = task.tenant
        leads.scrub_traces(tenant, task.lead_id)
        lead = leads.traced(tenant, task.lead_id)
        who = lead and prospects.without_prospects_own(tenant, lead)
    if who:
        messages.forget(tenant, who)
        outreach.forget(tenant, who)
        who.close()


handler = Consumer(consume).handler
