"""GET /v1/outreach/emails/{email_id}: get an e-mail."""

from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.wire import EmailContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/emails/{email_id}",
    summary="Get an e-mail",
    operation_id="getOutreachEmail",
    tag="outreach",
    grant="outreach",
)
def get(email_id: str, caller: Reader) -> EmailContentView:
    """Returns the e-mail with its content and its events in the order of their times. Its `version` is also the ETag,
    for If-None-Match.
    """
    return EmailContentView.of_email(*emails.get_with_content(email_id, by=caller))
