"""GET /v1/leads/imports/{import_id}: an import's progress."""

from eal.domain.lead_imports import store as imports
from eal.domain.lead_imports.wire import LeadImportView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

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
    lead_import = imports.get(import_id, by=caller)
    return LeadImportView.of_import(lead_import, imports.errors_url(lead_import, by=caller))
