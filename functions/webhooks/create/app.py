"""POST /v1/webhooks: register an endpoint."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.domain.webhooks.endpoints.wire import WebhookCreate, WebhookCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Admin, Created

app = Api()
handler = app.handler


@app.post("/v1/webhooks", operation_id="createWebhook", tag="webhooks")
def create(body: WebhookCreate, caller: Admin) -> Created[WebhookCreated]:
    """Register an endpoint for events, one of 50 in a mode. Its secret is in this answer only: a replay shows null."""
    return Created(WebhookCreated.of_new(*webhooks.register(body, by=caller)))
