"""DELETE /v1/webhooks/{webhook_id}: remove an endpoint."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.webhooks import store as webhooks

app = Api()
handler = app.handler


@app.delete("/v1/webhooks/{webhook_id}", operation_id="deleteWebhook", tag="webhooks")
def delete(webhook_id: str, caller: Admin) -> None:
    """Remove an endpoint: nothing more is sent to it, and what is on its way is skipped."""
    webhooks.remove(webhook_id, by=caller)
