"""POST /v1/webhooks/{webhook_id}/replay: send the events of a range of time again."""

from eal.domain.webhooks.deliveries import replay as replays
from eal.domain.webhooks.deliveries.wire import ReplayCreate, ReplayView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/{webhook_id}/replay",
    operation_id="replayWebhook",
    tag="webhooks",
)
def replay(webhook_id: str, body: ReplayCreate, caller: Writer) -> Accepted[ReplayView] | ReplayView:
    """Send events of a range of time again: those that failed, those that are missing, or all but what is on its way.

    Missing are those that came while the endpoint was disabled, or before it was there or wanted them. With `dry_run`
    nothing is sent: the answer, 200, has their count. Otherwise the deliveries show how far it is.
    """
    if body.dry_run:
        return ReplayView.of_dry_run(*replays.count(webhook_id, body, by=caller))
    return Accepted(ReplayView.of(replays.ask(webhook_id, body, by=caller)))
