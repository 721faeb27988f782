"""GET /v1/leads/imports/{import_id}: how far an import is."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.lead_imports import store as imports
from eal.lead_imports.wire import LeadImportView

app = Api()
handler = app.handler


@app.get("/v1/leads/imports/{import_id}", operation_id="getLeadImport", tag="leads", grant="leads")
def get(import_id: str, caller: Reader) -> LeadImportView:
    """An import, for seven days: how many of its rows are processed, what became of them, and which failed why."""
    lead_import = imports.find(import_id, by=caller)
    return LeadImportView.of(lead_import, imports.errors_url(lead_import, by=caller))
