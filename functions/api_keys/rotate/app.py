"""POST /v1/api-keys/{key_id}/rotate: replace a key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyCreated, ApiKeyRotate
from eal.entry.http.api import Api
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler


@app.post(
    "/v1/api-keys/{key_id}/rotate",
    summary="Rotate an API key",
    operation_id="rotateApiKey",
    tag="api-keys",
    # Reads the pointer, then the key, then which keys are in use, and the family, because their number is limited.
    round_trips=7,
)
def rotate(key_id: str, body: ApiKeyRotate, caller: RecentAdmin) -> ApiKeyCreated:
    """Creates a key with the same name, scopes, mode, limits, networks and expiry, and returns its text once, in `key`.
    The old key keeps working for `overlap_seconds` (24 hours by default, at most 7 days), but never beyond its own
    expiry; 0 revokes it at once.

    Returns 409 if the key is not active, and 403 if it has a later expiry or wider networks than the calling key. Also
    409 if 50 keys of its mode are in use, except with 0 seconds: the old key counts until it stops working.
    """
    return ApiKeyCreated.of_new(*keys.rotate(key_id, body.overlap_seconds, by=caller))
