"""POST /v1/webhooks/{webhook_id}/rotate-secret: give an endpoint a new secret."""

from eal.domain.webhooks.endpoints import store as webhooks
from eal.domain.webhooks.endpoints.wire import SecretRotate, WebhookCreated
from eal.entry.http.api import Api
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/{webhook_id}/rotate-secret",
    summary="Rotate a webhook secret",
    operation_id="rotateWebhookSecret",
    tag="webhooks",
)
def rotate_secret(webhook_id: str, body: SecretRotate, caller: RecentAdmin) -> WebhookCreated:
    """Returns a new signing secret, shown only in this answer: store it now. Deliveries are signed with both secrets
    for `overlap_seconds` (24 hours by default, at most 7 days), so none is refused in the meantime.
    """
    return WebhookCreated.of_new(*webhooks.rotate_secret(webhook_id, body.overlap_seconds, by=caller))
