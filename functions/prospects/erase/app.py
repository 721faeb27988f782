"""DELETE /v1/prospects/{prospect_id}: erase a prospect."""

from eal.domain.prospects import erasure
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/prospects/{prospect_id}", operation_id="eraseProspect", tag="prospects")
def erase(prospect_id: str, caller: Admin) -> None:
    """Erase a prospect's personal data, from texts and mails too; a tombstone stays.

    The lead that it became is not touched, nor what was written to and by a contact that a lead has.
    """
    erasure.erase(prospect_id, by=caller)
