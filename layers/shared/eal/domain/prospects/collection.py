"""The collection of prospects, and the claims of their contacts."""

from eal.core.table.collection import Collection
from eal.domain.leads.contacts import ContactClaims
from eal.domain.prospects.model import Prospect

PROSPECTS = Collection(
    "PROSPECT",
    Prospect,
    id_prefix="pros",
    noun="prospect",
    indexes={"qualification.status": ("gsi1", "qualification"), "outreach_state": ("gsi2", "outreach")},
)
PROSPECT_CONTACTS = ContactClaims(PROSPECTS)
