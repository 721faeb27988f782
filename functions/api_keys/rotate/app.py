"""POST /v1/api-keys/{key_id}/rotate: replace a key."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.keys import store as keys
from eal.keys.wire import ApiKeyCreated, ApiKeyRotate

app = Api()
handler = app.handler


@app.post("/v1/api-keys/{key_id}/rotate", operation_id="rotateApiKey", tag="api-keys")
def rotate(key_id: str, body: ApiKeyRotate, caller: Admin) -> ApiKeyCreated:
    """A new key with the same rights; the old one lives on for `overlap_seconds` and then ends."""
    return ApiKeyCreated.of_new(*keys.rotate(key_id, body.overlap_seconds, by=caller))
