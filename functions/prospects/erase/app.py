"""DELETE /v1/prospects/{prospect_id}: erase a prospect."""

from eal.domain.prospects import erasure
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/prospects/{prospect_id}", summary="Erase a prospect", operation_id="eraseProspect", tag="prospects"
)
def erase(prospect_id: str, caller: Admin) -> None:
    """Erases the prospect's personal data, including in text messages and e-mails; a record without personal data
    remains. The erasure is permanent.

    The lead that the prospect became is not erased, nor are messages to and from a contact that a lead has.
    """
    erasure.erase(prospect_id, by=caller)
