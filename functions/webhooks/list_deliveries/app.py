"""GET /v1/webhooks/{webhook_id}/deliveries: an endpoint's deliveries."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.webhooks import delivery_store
from eal.webhooks.delivery_wire import DeliveryPage, DeliveryQuery, DeliveryView

app = Api()
handler = app.handler


@app.get(
    "/v1/webhooks/{webhook_id}/deliveries",
    summary="List deliveries",
    operation_id="listWebhookDeliveries",
    tag="webhooks",
    grant="webhooks",
)
def list_deliveries(webhook_id: str, query: DeliveryQuery, caller: Reader) -> DeliveryPage:
    """Lists the deliveries to an endpoint in the last 90 days, with the first 200 characters of each response.

    The order and the time filters use the time of the event, not of the delivery: a replayed delivery appears at the
    time of its event.
    """
    page = delivery_store.search(webhook_id, query, by=caller)
    shown = [DeliveryView.of(delivery).abridged() for delivery in page.items]
    return DeliveryPage(data=shown, next_cursor=page.next_cursor)
