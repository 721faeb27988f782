"""PATCH /v1/api-keys/{key_id}: change a key."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.keys import store as keys
from eal.keys.wire import ApiKeyUpdate, ApiKeyView

app = Api()
handler = app.handler


@app.patch("/v1/api-keys/{key_id}", operation_id="updateApiKey", tag="api-keys")
def update(key_id: str, body: ApiKeyUpdate, caller: Admin) -> ApiKeyView:
    """Change an active key's name, limits, networks or end; null lifts them. The next request is judged by it."""
    return ApiKeyView.of(keys.update(key_id, body, by=caller))
