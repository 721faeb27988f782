"""PATCH /v1/webhooks/{webhook_id}: change an endpoint."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.domain.webhooks.endpoints.wire import WebhookUpdate, WebhookView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.patch(
    "/v1/webhooks/{webhook_id}",
    summary="Update a webhook endpoint",
    operation_id="updateWebhook",
    tag="webhooks",
)
def update(webhook_id: str, body: WebhookUpdate, caller: Admin) -> WebhookView:
    """Updates the fields present in the body, or enables the endpoint again. Events published while it was disabled can
    be replayed.
    """
    return WebhookView.of(webhooks.update(webhook_id, body, by=caller))
