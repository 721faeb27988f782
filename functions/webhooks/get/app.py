"""GET /v1/webhooks/{webhook_id}: one endpoint."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.domain.webhooks.endpoints.wire import WebhookView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

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
    """Returns the endpoint without its secret. Below the scope `admin`, and for a parent, the query of its URL is
    `***`.
    """
    endpoint = webhooks.ENDPOINTS.get(caller.tenant, webhook_id)
    return WebhookView.of(webhooks.shown_to(endpoint, by=caller))
