"""POST /v1/leads/import: import leads from a file."""

from eal.domain.lead_imports import store as imports
from eal.domain.lead_imports.model import UPLOAD_WITHIN
from eal.domain.lead_imports.wire import LeadImportCreate, LeadImportCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post("/v1/leads/import", operation_id="importLeads", tag="leads")
def create(body: LeadImportCreate, caller: Writer) -> Created[LeadImportCreated]:
    """Get an address to upload a file of leads to, within an hour. The upload starts the import.

    A file has at most 100,000 rows of at most 64 KiB, and 64 MiB. What is wrong with it as a whole fails it before
    any row is imported; a wrong row fails alone. While three imports are unfinished another one is a conflict; one
    whose file is not uploaded counts for its hour.
    """
    lead_import = imports.create(body, by=caller)
    url = imports.upload_url(lead_import, by=caller)
    return Created(LeadImportCreated.of_new(lead_import, url, imports.ONCE, caller.at + UPLOAD_WITHIN))
