"""POST /v1/webhooks/deliveries/{delivery_id}/retry: one more attempt, now."""

from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.wire import DeliveryView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/webhooks/deliveries/{delivery_id}/retry",
    operation_id="retryWebhookDelivery",
    tag="webhooks",
)
def retry_delivery(delivery_id: str, caller: Writer) -> Accepted[DeliveryView]:
    """One more attempt, at once. It uses none of the schedule's, which goes on where it is if this one fails."""
    return Accepted(DeliveryView.of(deliveries.retry(delivery_id, by=caller)))
