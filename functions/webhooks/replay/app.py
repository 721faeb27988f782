"""POST /v1/webhooks/{webhook_id}/replay: send the events of a range of time again."""

from eal.domain.webhooks.deliveries import replay as replays
from eal.domain.webhooks.deliveries.wire import ReplayCreate, ReplayView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/{webhook_id}/replay",
    summary="Replay events to an endpoint",
    operation_id="replayWebhook",
    tag="webhooks",
)
def replay(webhook_id: str, body: ReplayCreate, caller: Writer) -> Accepted[ReplayView] | ReplayView:
    """Sends the events of a time range to the endpoint again. `only` selects which: `failed` are events whose delivery
    failed; `missing` are events published while the endpoint was disabled, before it existed, or before it subscribed
    to the type. Without `only`, all events are sent except those with a pending delivery. A pending delivery whose
    attempt is more than an hour late counts as failed.

    The response is 202; follow the progress in the endpoint's deliveries. With `dry_run` nothing is sent: the response
    is 200 with the number of deliveries. If the endpoint is disabled, or an earlier replay to it has not ended, a
    replay is refused with 409.
    """
    if body.dry_run:
        return ReplayView.of_dry_run(*replays.count_deliveries(webhook_id, body, by=caller))
    return Accepted(ReplayView.of(replays.request_replay(webhook_id, body, by=caller)))
