"""DELETE /v1/outreach/suppressions/{suppression_id}: delete a suppression."""

from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.outreach.suppressions.wire import SuppressionDelete
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/outreach/suppressions/{suppression_id}",
    summary="Delete a suppression",
    operation_id="deleteSuppression",
    tag="outreach",
)
def delete(suppression_id: str, query: SuppressionDelete, caller: Admin) -> None:
    """Deletes the suppression, so that outreach e-mail may be sent again. Enrollments that it stopped stay stopped.

    A suppression with the reason `unsubscribed`, `complained` or `hostile` is the recipient's wish, which has no end by
    law (16 CFR 316.5). Delete it only if the recipient has changed their mind, and say so in `reason`.
    """
    suppressions.delete(suppression_id, query.reason, by=caller)
