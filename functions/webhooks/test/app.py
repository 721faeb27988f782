"""POST /v1/webhooks/{webhook_id}/test: send a test event and return the response."""

from eal.domain.webhooks.deliveries import ping
from eal.domain.webhooks.deliveries.wire import WebhookTest, WebhookTested
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/{webhook_id}/test",
    summary="Send a test event",
    operation_id="testWebhook",
    tag="webhooks",
    # Reads the idempotency record before it sends; KMS decrypts the secret once; a slot is acquired, which for the
    # first one creates the endpoint's health, and released.
    round_trips=8,
)
def test(webhook_id: str, body: WebhookTest, caller: Writer) -> WebhookTested:
    """Sends a signed example of an event type at once, and returns the receiver's response. It is not stored as a
    delivery.
    """
    return WebhookTested.of_test(*ping.send(webhook_id, body.type, by=caller))
