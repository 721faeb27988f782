"""GET /v1/outreach/emails: list e-mails."""

from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.wire import EmailPage, EmailQuery, EmailView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/emails",
    summary="List e-mails",
    operation_id="listOutreachEmails",
    tag="outreach",
    grant="outreach",
)
def list_emails(query: EmailQuery, caller: Reader) -> EmailPage:
    """Lists the e-mails that were sent or are queued, newest first, with their events and without their content. Filter
    by status, recipient, sequence, enrollment, draft, lead, prospect and time.
    """
    page = emails.search(query, by=caller)
    return EmailPage(data=[EmailView.of(email) for email in page.items], next_cursor=page.next_cursor)
