"""DELETE /v1/webhooks/{webhook_id}: remove an endpoint."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/webhooks/{webhook_id}", operation_id="deleteWebhook", tag="webhooks")
def delete(webhook_id: str, caller: Admin) -> None:
    """Remove an endpoint: nothing more is sent to it, and what is on its way is skipped."""
    webhooks.remove(webhook_id, by=caller)
