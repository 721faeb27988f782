"""GET /v1/webhooks/{webhook_id}/deliveries: an endpoint's deliveries."""

from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.wire import DeliveryPage, DeliveryQuery, DeliveryView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/webhooks/{webhook_id}/deliveries",
    summary="List deliveries",
    operation_id="listWebhookDeliveries",
    tag="webhooks",
    grant="webhooks",
    # Reads the endpoint first, because an unknown endpoint is a 404; then entries.
    round_trips=3,
)
def list_deliveries(webhook_id: str, query: DeliveryQuery, caller: Reader) -> DeliveryPage:
    """Lists the deliveries to an endpoint in the last 90 days, with the first 200 characters of each response.

    The order and the time filters use the time of the event, not of the delivery: a replayed delivery appears at the
    time of its event.
    """
    page = deliveries.search(webhook_id, query, by=caller)
    shown = [DeliveryView.of(delivery).abridged() for delivery in page.items]
    return DeliveryPage(data=shown, next_cursor=page.next_cursor)
