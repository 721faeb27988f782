"""GET /v1/webhooks: the endpoints."""

from eal.core.listing import ListQuery
from eal.domain.webhooks.endpoints import store as webhooks
from eal.domain.webhooks.endpoints.wire import WebhookPage, WebhookView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

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
    """Lists the endpoints of the key's mode, newest first, including disabled ones. Below the scope `admin`, and for a
    parent, the query of a URL is `***`.
    """
    page = webhooks.search(query, by=caller)
    shown = [WebhookView.of(webhooks.shown_to(endpoint, by=caller)) for endpoint in page.items]
    return WebhookPage(data=shown, next_cursor=page.next_cursor)
