"""POST /v1/webhooks/deliveries/{delivery_id}/retry: one more attempt, now."""

from eal.entry.api import Api
from eal.entry.route import Writer
from eal.webhooks import delivery_store
from eal.webhooks.delivery_wire import DeliveryView

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/deliveries/{delivery_id}/retry",
    summary="Retry a delivery",
    operation_id="retryWebhookDelivery",
    tag="webhooks",
    status_code=202,
)
def retry_delivery(delivery_id: str, caller: Writer) -> DeliveryView:
    """Makes one more attempt at once. It does not count as an attempt of the retry schedule, which continues unchanged
    if this attempt fails. If the endpoint is disabled or deleted, the answer is 409.
    """
    return DeliveryView.of(delivery_store.retry(delivery_id, by=caller))
