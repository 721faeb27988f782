"""POST /v1/webhooks/{webhook_id}/test: send a test event, and see what the receiver says."""

from eal.entry.api import Api
from eal.entry.route import Writer
from eal.webhooks import test_event
from eal.webhooks.delivery_wire import WebhookTest, WebhookTested

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/{webhook_id}/test", summary="Send a test event", operation_id="testWebhook", tag="webhooks"
)
def test(webhook_id: str, body: WebhookTest, caller: Writer) -> WebhookTested:
    """Sends a signed example of an event type at once, and returns the receiver's response. It is not stored as a
    delivery.
    """
    return WebhookTested.of(*test_event.send(webhook_id, body.type, by=caller))
