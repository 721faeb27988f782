"""POST /v1/outreach/sender/resume: resume the sender."""

from eal.domain.outreach.deliverability import sender
from eal.domain.outreach.deliverability.wire import OutreachSenderView, SenderResume
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/sender/resume",
    summary="Resume the sender",
    operation_id="resumeSender",
    tag="outreach",
    # A change, whose path has no id.
    round_trips=3,
)
def resume(body: SenderResume, caller: Admin) -> OutreachSenderView:
    """Sends outreach e-mail again after a pause, which `GET /outreach/deliverability` shows. Bounces and complaints of
    earlier e-mails no longer count. A sender that is not paused stays as it is.
    """
    return OutreachSenderView.of(sender.resume(body.reason, by=caller))
