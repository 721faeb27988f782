"""GET /v1/webhooks: the endpoints."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.listing import ListQuery
from eal.webhooks import store as webhooks
from eal.webhooks.wire import WebhookPage, WebhookView

app = Api()
handler = app.handler


@app.get(
    "/v1/webhooks",
    summary="List webhook endpoints",
    operation_id="listWebhooks",
    tag="webhooks",
    grant="webhooks",
)
def list_webhooks(query: ListQuery, caller: Reader) -> WebhookPage:
    """Lists the endpoints of the key's mode, newest first, including disabled ones."""
    page = webhooks.search(query, by=caller)
    shown = [WebhookView.of(endpoint) for endpoint in page.items]
    return WebhookPage(data=shown, next_cursor=page.next_cursor)
