"""DELETE /v1/webhooks/{webhook_id}: remove an endpoint."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/webhooks/{webhook_id}",
    summary="Delete a webhook endpoint",
    operation_id="deleteWebhook",
    tag="webhooks",
)
def delete(webhook_id: str, caller: Admin) -> None:
    """Deletes the endpoint. Nothing more is sent to it; pending deliveries are skipped."""
    webhooks.remove(webhook_id, by=caller)
