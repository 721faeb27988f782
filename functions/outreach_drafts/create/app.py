"""POST /v1/outreach/drafts: create a draft."""

from eal.domain.outreach.drafts import editing
from eal.domain.outreach.drafts.wire import DraftCreate, DraftView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/drafts",
    summary="Create a draft",
    operation_id="createDraft",
    tag="outreach",
    # Reads the settings, whose sender the content policy needs.
    round_trips=3,
)
def create(body: DraftCreate, caller: Writer) -> Created[DraftView] | Accepted[DraftView]:
    """Creates an e-mail that is not sent yet. With `subject` and `body` the response is 201, with the findings of the
    content policy. With `instructions` it is 202: the AI writes the draft, soon after the response, from them and from
    what is known of the lead or prospect. The setting `ai.enabled` must then be true; otherwise the response is 409.

    Of the company, the AI says nothing but its name and industry. It promises no price, coverage or arrival: what the
    instructions ask for beyond that is left out, and `remarks` name it.
    """
    draft = editing.add(body, by=caller)
    view = DraftView.of(draft)
    return Accepted(view) if draft.status == "writing" else Created(view)
