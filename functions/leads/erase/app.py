"""DELETE /v1/leads/{lead_id}: erase a lead."""

from eal.domain.leads import erasure
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/leads/{lead_id}", operation_id="eraseLead", tag="leads")
def erase(lead_id: str, caller: Admin) -> None:
    """Erase a lead's personal data, from its history, stored events, forms, texts and mails too.

    What it was audited for stays provable.
    """
    erasure.erase(lead_id, by=caller)
