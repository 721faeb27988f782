"""GET /v1/api-keys: the organization's keys."""

from eal.core.listing import ListQuery
from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyPage, ApiKeyView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get(
    "/v1/api-keys",
    summary="List API keys",
    operation_id="listApiKeys",
    tag="api-keys",
    # The page has pointers to the keys, whose items are in the Access table.
    round_trips=3,
)
def list_keys(query: ListQuery, caller: Admin) -> ApiKeyPage:
    """Lists the organization's keys of both modes, newest first, including expired and revoked ones."""
    page = keys.search(query, by=caller)
    return ApiKeyPage(data=[ApiKeyView.of(key) for key in page.items], next_cursor=page.next_cursor)
