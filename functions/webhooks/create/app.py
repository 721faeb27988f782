"""POST /v1/webhooks: create an endpoint."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.domain.webhooks.endpoints.wire import WebhookCreate, WebhookCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Created, RecentAdmin

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks",
    summary="Create a webhook endpoint",
    operation_id="createWebhook",
    tag="webhooks",
    # KMS encrypts the new secret.
    round_trips=3,
)
def create(body: WebhookCreate, caller: RecentAdmin) -> Created[WebhookCreated]:
    """Creates an endpoint for events. Its signing secret is shown only in this response: store it now. An idempotent
    replay returns null in its place. Each mode has at most 50 endpoints; another one is refused with 409.
    """
    return Created(WebhookCreated.of_new(*webhooks.register(body, by=caller)))
