"""POST /v1/outreach/drafts/{draft_id}/send: send a draft."""

from eal.domain.outreach.drafts import sending
from eal.domain.outreach.drafts.wire import DraftView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/drafts/{draft_id}/send",
    summary="Send a draft",
    operation_id="sendDraft",
    tag="outreach",
    # A change, with reads of the settings and of the suppressions, and a write of the due marker.
    round_trips=6,
)
def send(draft_id: str, caller: Writer) -> Accepted[DraftView]:
    """Queues the draft as one e-mail, with the postal address and an unsubscribe link. The sender then sends it like
    the e-mails of sequences, within the daily cap; the draft's `status` shows when it has.

    Variables in the text are filled in from the lead or prospect; no placeholder is ever sent. A draft is sent once:
    the response is 409 if it was sent before or is still being written. It is also 409, with `details.findings`, if
    the content policy blocks the filled-in text, with `details.fields` if a variable cannot be filled in, and with
    `details.suppression_id` if the recipient's address is suppressed.
    """
    return Accepted(DraftView.of(sending.send(draft_id, by=caller)))
