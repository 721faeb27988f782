"""GET /v1/outreach/replies: replies by class, need of a review, sequence, person, sender and time."""

from eal.domain.outreach.replies import store as replies
from eal.domain.outreach.replies.wire import ReplyPage, ReplyQuery, ReplyView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/replies",
    summary="List replies",
    operation_id="listReplies",
    tag="outreach",
    grant="outreach",
)
def list_replies(query: ReplyQuery, caller: Reader) -> ReplyPage:
    """Lists received e-mails, newest first, without their text. E-mails that answer none of the organization's are
    listed too, with `match` null.
    """
    page = replies.search(query, by=caller)
    return ReplyPage(data=[ReplyView.of(reply) for reply in page.items], next_cursor=page.next_cursor)
