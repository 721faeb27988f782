"""The collection of leads, and the claims of their contacts."""

from eal.core.table.collection import Collection
from eal.core.table.item import Item
from eal.domain.leads.contacts import ContactClaims
from eal.domain.leads.model import PERSONAL, Lead


def _score(lead: Lead) -> Item:
    """The value of the score, because the lead has its contributions."""
    return {"score": lead.score.value} if lead.score else {}


LEADS = Collection(
    "LEAD",
    Lead,
    id_prefix="lead",
    noun="lead",
    compressed=("score",),
    indexes={"assigned_to": ("gsi2", "assigned_to"), "status": ("gsi1", "status")},
    personal=PERSONAL,
    unaudited=frozenset({"reached", "score", "former_contacts", "notes_reading"}),
    derived=_score,
)
LEAD_CONTACTS = ContactClaims(LEADS)
