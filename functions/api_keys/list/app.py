"""GET /v1/api-keys: the organization's keys."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.keys import store as keys
from eal.keys.wire import ApiKeyPage, ApiKeyView
from eal.listing import ListQuery

app = Api()
handler = app.handler


@app.get("/v1/api-keys", summary="List API keys", operation_id="listApiKeys", tag="api-keys")
def list_keys(query: ListQuery, caller: Admin) -> ApiKeyPage:
    """Lists the organization's keys of both modes, newest first, including expired and revoked ones."""
    page = keys.search(query, by=caller)
    return ApiKeyPage(data=[ApiKeyView.of(key) for key in page.items], next_cursor=page.next_cursor)
