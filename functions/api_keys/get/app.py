"""GET /v1/api-keys/{key_id}: one key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get(
    "/v1/api-keys/{key_id}",
    summary="Get an API key",
    operation_id="getApiKey",
    tag="api-keys",
    # Reads the pointer, then the key's item in the Access table.
    round_trips=3,
)
def get(key_id: str, caller: Admin) -> ApiKeyView:
    """Returns the key's rights, status and last use, but never its text."""
    return ApiKeyView.of(keys.get(key_id, by=caller))
