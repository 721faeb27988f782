"""PATCH /v1/api-keys/{key_id}: change a key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyUpdate, ApiKeyView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.patch("/v1/api-keys/{key_id}", operation_id="updateApiKey", tag="api-keys")
def update(key_id: str, body: ApiKeyUpdate, caller: Admin) -> ApiKeyView:
    """Change an active key's name, limits, networks or end; null lifts them. The next request is judged by it."""
    return ApiKeyView.of(keys.update(key_id, body, by=caller))
