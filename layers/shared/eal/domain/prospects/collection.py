"""The collection of prospects, and the claims of their contacts."""

from eal.core.table.collection import Collection
from eal.core.table.item import Item
from eal.domain.leads.contacts import ContactClaims
from eal.domain.prospects.model import PERSONAL, Prospect


def _qualification(prospect: Prospect) -> Item:
    """The result of a qualification, and its provenance."""
    qualification = prospect.qualification
    if qualification.provenance is None:
        return {}
    return {
        "qualification": qualification.status,
        "confidence": qualification.confidence,
        "reasons": list(qualification.reasons),
        "engine": qualification.provenance.engine,
        "model": qualification.provenance.model,
        "prompt_version": qualification.provenance.prompt_version,
        "input_sha256": qualification.provenance.input_sha256,
        "output_sha256": qualification.output_sha256,
    }


PROSPECTS = Collection(
    "PROSPECT",
    Prospect,
    id_prefix="pros",
    noun="prospect",
    indexes={"qualification.status": ("gsi1", "qualification"), "outreach_state": ("gsi2", "outreach")},
    personal=PERSONAL,
    unaudited=frozenset({"qualification", "former_contacts"}),
    derived=_qualification,
)
PROSPECT_CONTACTS = ContactClaims(PROSPECTS)
