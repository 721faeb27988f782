"""POST /v1/api-keys: create a key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyCreate, ApiKeyCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Created, RecentAdmin

app = Api()
handler = app.handler


@app.post(
    "/v1/api-keys",
    summary="Create an API key",
    operation_id="createApiKey",
    tag="api-keys",
    # Reads which keys are in use, and the child, its parent and their family, because their number is limited.
    round_trips=5,
)
def create(body: ApiKeyCreate, caller: RecentAdmin) -> Created[ApiKeyCreated]:
    """Returns the key's text in `key`. It is shown only in this response: store it now. An idempotent replay returns
    null in its place.

    A key cannot create a key with a later expiry or wider networks than its own, and a test key can create only test
    keys; both are refused with 403. Up to 50 keys of each mode can be in use; one more is refused with 409.
    """
    return Created(ApiKeyCreated.of_new(*keys.issue(body, by=caller)))
