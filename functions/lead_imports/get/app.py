"""GET /v1/leads/imports/{import_id}: how far an import is."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.lead_imports import store as imports
from eal.lead_imports.wire import LeadImportView

app = Api()
handler = app.handler


@app.get(
    "/v1/leads/imports/{import_id}",
    summary="Get a lead import",
    operation_id="getLeadImport",
    tag="leads",
    grant="leads",
)
def get(import_id: str, caller: Reader) -> LeadImportView:
    """Returns how many rows were processed, with what results, and which rows failed and why. Imports are kept for
    seven days.
    """
    lead_import = imports.find(import_id, by=caller)
    return LeadImportView.of(lead_import, imports.errors_url(lead_import, by=caller))
