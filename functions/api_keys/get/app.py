"""GET /v1/api-keys/{key_id}: one key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get("/v1/api-keys/{key_id}", operation_id="getApiKey", tag="api-keys")
def get(key_id: str, caller: Admin) -> ApiKeyView:
    """One key, with its last use and its status, without its text."""
    return ApiKeyView.of(keys.find(key_id, by=caller))
