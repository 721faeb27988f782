"""Erase what refers to an erased lead or prospect, on the tasks `erase_lead` and `erase_prospect`."""

from dataclasses import dataclass

from eal.core.table.item import load
from eal.domain.leads import erasure as leads
from eal.domain.messages import erasure as messages
from eal.domain.outreach import erasure as outreach
from eal.domain.prospects import erasure as prospects
from eal.domain.webhooks.deliveries import erasure as deliveries
from eal.entry.queue import Consumer, Message, TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTask(TenantMessage):
    lead_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectTask(TenantMessage):
    prospect_id: str


def consume(message: Message) -> None:
    """Erase personal values in stored events and responses, a lead's history, what receivers answered to its events,
    and messages from and to the person.

    The tombstone's contacts, by which messages are found, are removed last, so that a second run finds the rest.
    """
    task: LeadTask | ProspectTask
    if message["task"] == "erase_prospect":
        task = load(ProspectTask, message)
        tenant = task.tenant
        prospects.scrub_traces(tenant, task.prospect_id)
        erased = prospects.find_erased(tenant, task.prospect_id)
    else:
        task = load(LeadTask, message)
        tenant = task.tenant
        leads.scrub_traces(tenant, task.lead_id)
        deliveries.erase_responses(tenant, task.lead_id)
        lead = leads.find_erased(tenant, task.lead_id)
        erased = lead and prospects.without_contacts_of_prospects(tenant, lead)
    if erased:
        messages.erase_messages(tenant, erased)
        outreach.erase_emails(tenant, erased)
        erased.close()


handler = Consumer(consume).handler
