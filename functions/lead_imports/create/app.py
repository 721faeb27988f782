"""POST /v1/leads/import: import leads from a file."""

from eal.domain.lead_imports import store as imports
from eal.domain.lead_imports.model import UPLOAD_WINDOW
from eal.domain.lead_imports.wire import LeadImportCreate, LeadImportCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/leads/import",
    summary="Import leads",
    operation_id="importLeads",
    tag="leads",
    # Counts the imports that are in progress.
    round_trips=3,
)
def create(body: LeadImportCreate, caller: Writer) -> Created[LeadImportCreated]:
    """Creates an import and returns an address to upload its file to within one hour. The upload starts the import;
    poll `GET /leads/imports/{import_id}` for its progress.

    A file has at most 64 MiB and 100,000 rows of at most 64 KiB each. An invalid file fails before any row is imported;
    an invalid row fails alone.

    At most three imports can be unfinished at once; another one is refused with 409. An import whose file is never
    uploaded counts until its hour has passed.
    """
    lead_import = imports.create(body, by=caller)
    url = imports.upload_url(lead_import, by=caller)
    return Created(
        LeadImportCreated.of_new(lead_import, url, imports.UPLOAD_HEADERS, caller.at + UPLOAD_WINDOW)
    )
