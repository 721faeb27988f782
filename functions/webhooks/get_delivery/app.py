"""GET /v1/webhooks/deliveries/{delivery_id}: one delivery."""

from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.wire import DeliveryView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/webhooks/deliveries/{delivery_id}",
    summary="Get a delivery",
    operation_id="getWebhookDelivery",
    tag="webhooks",
    grant="webhooks",
)
def get_delivery(delivery_id: str, caller: Reader) -> DeliveryView:
    """Returns the delivery with its attempts and up to 4 KiB of the newest response."""
    return DeliveryView.of(deliveries.get_whole(caller.tenant, delivery_id))
