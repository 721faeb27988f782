"""GET /v1/api-keys/{key_id}: one key."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.keys import store as keys
from eal.keys.wire import ApiKeyView

app = Api()
handler = app.handler


@app.get("/v1/api-keys/{key_id}", summary="Get an API key", operation_id="getApiKey", tag="api-keys")
def get(key_id: str, caller: Admin) -> ApiKeyView:
    """Returns the key's rights, status and last use, but never its text."""
    return ApiKeyView.of(keys.find(key_id, by=caller))
