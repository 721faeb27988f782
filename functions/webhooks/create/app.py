"""POST /v1/webhooks: register an endpoint."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.webhooks import store as webhooks
from eal.webhooks.wire import WebhookCreate, WebhookCreated

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks",
    summary="Create a webhook endpoint",
    operation_id="createWebhook",
    tag="webhooks",
    status_code=201,
)
def create(body: WebhookCreate, caller: Admin) -> WebhookCreated:
    """Registers an endpoint for events. Its signing secret is shown only in this answer: store it now. An idempotent
    replay returns null in its place. Each mode has at most 50 endpoints; another one is refused with 409.
    """
    return WebhookCreated.of_new(*webhooks.register(body, by=caller))
