"""POST /v1/webhooks/{webhook_id}/test: send a test event, and see what the receiver says."""

from eal.domain.webhooks.deliveries import ping
from eal.domain.webhooks.deliveries.wire import WebhookTest, WebhookTested
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post("/v1/webhooks/{webhook_id}/test", operation_id="testWebhook", tag="webhooks")
def test(webhook_id: str, body: WebhookTest, caller: Writer) -> WebhookTested:
    """Send a signed example of an event type now, and answer what the receiver said. It is not kept as a delivery."""
    return WebhookTested.of(*ping.send(webhook_id, body.type, by=caller))
