"""POST /v1/api-keys/{key_id}/rotate: replace a key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyCreated, ApiKeyRotate
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.post("/v1/api-keys/{key_id}/rotate", operation_id="rotateApiKey", tag="api-keys")
def rotate(key_id: str, body: ApiKeyRotate, caller: Admin) -> ApiKeyCreated:
    """A new key with the same rights; the old one lives on for `overlap_seconds` and then ends."""
    return ApiKeyCreated.of_new(*keys.rotate(key_id, body.overlap_seconds, by=caller))
