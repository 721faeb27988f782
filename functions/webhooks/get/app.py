"""GET /v1/webhooks/{webhook_id}: one endpoint."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.webhooks import store as webhooks
from eal.webhooks.wire import WebhookView

app = Api()
handler = app.handler


@app.get(
    "/v1/webhooks/{webhook_id}",
    summary="Get a webhook endpoint",
    operation_id="getWebhook",
    tag="webhooks",
    grant="webhooks",
)
def get(webhook_id: str, caller: Reader) -> WebhookView:
    """Returns the endpoint without its secret."""
    return WebhookView.of(webhooks.find(webhook_id, by=caller))
