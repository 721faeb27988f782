"""The collection of leads, and the claims of their contacts."""

from eal.core.table.collection import Collection
from eal.domain.leads.contacts import ContactClaims
from eal.domain.leads.model import Lead

LEADS = Collection("LEAD", Lead, id_prefix="lead", noun="lead", compressed=("score",))
LEAD_CONTACTS = ContactClaims(LEADS)
