"""PATCH /v1/outreach/replies/{reply_id}/classification: correct the classification of a reply."""

from eal.domain.outreach.replies import classification
from eal.domain.outreach.replies.wire import CorrectedReplyView, ReplyClassificationUpdate
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/outreach/replies/{reply_id}/classification",
    summary="Correct a reply's class",
    operation_id="correctReply",
    tag="outreach",
    # A change, with a read of the claims of open enrollments.
    round_trips=4,
)
def correct(reply_id: str, body: ReplyClassificationUpdate, caller: Writer) -> CorrectedReplyView:
    """Records a person's classification next to the engine's own. It counts, and the reply leaves the review queue.

    The corrected class has its effect: an open enrollment stops or is paused, and `unsubscribe` and `hostile` suppress
    the address at once. An enrollment that has stopped stays stopped; enroll the person again if the sequence should
    go on. If the corrected class suppresses nothing, the suppressions that this reply caused are lifted. The law keeps
    those for `unsubscribed` and `hostile`: they are lifted only for an admin key with a `note`, and otherwise stay in
    `suppression_ids`. The outreach state of a prospect does not go back.
    """
    return CorrectedReplyView.of(classification.correct(reply_id, body, by=caller))
