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
    # Reads the endpoint, then KMS encrypts the new secret.
    round_trips=4,
)
def rotate_secret(webhook_id: str, body: SecretRotate, caller: RecentAdmin) -> WebhookCreated:
    """Returns a new signing secret, shown only in this response: store it now. The old one stays valid for
    `overlap_seconds` (24 hours by default, at most 7 days).

    In that time `webhook-signature` carries a signature with each secret. `x-eal-signature` carries one, made with the
    secret that your endpoint last accepted. Return 401 or 403 for a wrong signature: the delivery is repeated at once
    with the other secret. After any other status it waits for its next attempt.
    """
    return WebhookCreated.of_new(*webhooks.rotate_secret(webhook_id, body.overlap_seconds, by=caller))
