"""GET /v1/webhooks/deliveries/{delivery_id}: one delivery."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.webhooks import delivery_store
from eal.webhooks.delivery_wire import DeliveryView

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
    """Returns the delivery with its attempts and up to 4 KiB of the response to each."""
    return DeliveryView.of(delivery_store.find(delivery_id, by=caller))
