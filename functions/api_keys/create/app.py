"""POST /v1/api-keys: create a key."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.keys import store as keys
from eal.keys.wire import ApiKeyCreate, ApiKeyCreated

app = Api()
handler = app.handler


@app.post(
    "/v1/api-keys", summary="Create an API key", operation_id="createApiKey", tag="api-keys", status_code=201
)
def create(body: ApiKeyCreate, caller: Admin) -> ApiKeyCreated:
    """Returns the key's text in `key`. It is shown only in this answer: store it now. An idempotent replay returns null
    in its place.

    A key cannot create a key with a later expiry or wider networks than its own, and a test key can create only test
    keys; both are refused with 403.
    """
    return ApiKeyCreated.of_new(*keys.issue(body, by=caller))
