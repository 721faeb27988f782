"""GET /v1/outreach/replies/{reply_id}: a reply with its text, body and classification."""

from eal.domain.outreach.replies import store as replies
from eal.domain.outreach.replies.wire import ReplyDetail
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/replies/{reply_id}",
    summary="Get a reply",
    operation_id="getReply",
    tag="outreach",
    grant="outreach",
)
def get(reply_id: str, caller: Reader) -> ReplyDetail:
    """Returns the reply with what the person wrote, the body as it was received, and the classification with quotes."""
    return ReplyDetail.of_record(replies.get(reply_id, by=caller))
