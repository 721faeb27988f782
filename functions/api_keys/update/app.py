"""PATCH /v1/api-keys/{key_id}: change a key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyUpdate, ApiKeyView
from eal.entry.http.api import Api
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler


@app.patch(
    "/v1/api-keys/{key_id}",
    summary="Update an API key",
    operation_id="updateApiKey",
    tag="api-keys",
    # Reads the pointer, then the key, before the change.
    round_trips=4,
)
def update(key_id: str, body: ApiKeyUpdate, caller: RecentAdmin) -> ApiKeyView:
    """Changes the name, rate limit, networks or expiry of an active key. Send null to remove the networks or the
    expiry, or to restore the default rate limit. The change applies to the next request with the key.

    Returns 409 if the key is not active, and 403 if the change would give it a later expiry or wider networks than the
    calling key has. A key cannot exclude the address it is called from.
    """
    return ApiKeyView.of(keys.update(key_id, body, by=caller))
