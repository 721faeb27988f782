"""POST /v1/webhooks/deliveries/{delivery_id}/retry: one more attempt, now."""

from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.wire import DeliveryView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/deliveries/{delivery_id}/retry",
    summary="Retry a delivery",
    operation_id="retryWebhookDelivery",
    tag="webhooks",
    # Reads the delivery, then its endpoint, which may be disabled.
    round_trips=4,
)
def retry_delivery(delivery_id: str, caller: Writer) -> Accepted[DeliveryView]:
    """Makes one more attempt at once. It does not count as an attempt of the retry schedule, which continues unchanged
    if this attempt fails. If the endpoint is disabled or deleted, the response is 409.
    """
    return Accepted(DeliveryView.of(deliveries.retry(delivery_id, by=caller)))
