"""POST /v1/webhooks/{webhook_id}/rotate-secret: give an endpoint a new secret."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.domain.webhooks.endpoints.wire import SecretRotate, WebhookCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.post("/v1/webhooks/{webhook_id}/rotate-secret", operation_id="rotateWebhookSecret", tag="webhooks")
def rotate_secret(webhook_id: str, body: SecretRotate, caller: Admin) -> WebhookCreated:
    """A new secret, in this answer only. Both sign for `overlap_seconds`, so that no delivery is refused meanwhile."""
    return WebhookCreated.of_new(*webhooks.rotate_secret(webhook_id, body.overlap_seconds, by=caller))
