"""POST /v1/outreach/suppressions/import: suppress the addresses and domains of a CSV file."""

from eal.domain.outreach.suppressions import csv_import
from eal.domain.outreach.suppressions.wire import SuppressionImport, SuppressionImportView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/suppressions/import",
    summary="Import suppressions from CSV",
    operation_id="importSuppressions",
    tag="outreach",
    # Reads the claim of an address and its open enrollment, and the claim of a domain; the rows are committed in
    # transactions of their own.
    round_trips=6,
)
def import_suppressions(body: SuppressionImport, caller: Writer) -> SuppressionImportView:
    """Suppresses the address or domain of each row, and reports each row. Rows with a fault do not affect the others.
    If the text is not valid CSV, or its header is wrong, nothing is imported and the response is 422.

    Send a longer file in several parts. It can be sent again: a row that is suppressed already is `unchanged`.
    """
    return csv_import.import_csv(body.csv, by=caller)
