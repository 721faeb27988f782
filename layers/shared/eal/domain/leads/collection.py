"""The collection of leads, and the claims of their contacts."""

from eal.core.table.collection import Collection
from eal.domain.leads.contacts import ContactClaims
from eal.domain.leads.model import Lead

LEADS = Collection(
    "LEAD",
    Lead,
    id_prefix="lead",
    noun="lead",
    compressed=("score",),
    indexes={"assigned_to": ("gsi2", "assigned_to"), "status": ("gsi1", "status")},
)
LEAD_CONTACTS = ContactClaims(LEADS)
