"""DELETE /v1/leads/{lead_id}: erase a lead."""

from eal.domain.leads import erasure
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/leads/{lead_id}", summary="Erase a lead", operation_id="eraseLead", tag="leads")
def erase(lead_id: str, caller: Admin) -> None:
    """Erases the lead's personal data, including in its history, stored events, calls, form submissions, text messages
    and e-mails. The erasure is permanent. Audit records of the lead stay verifiable, without the data.
    """
    erasure.erase(lead_id, by=caller)
