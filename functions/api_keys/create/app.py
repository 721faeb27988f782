"""POST /v1/api-keys: create a key."""

from eal.domain.api_keys import store as keys
from eal.domain.api_keys.wire import ApiKeyCreate, ApiKeyCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Admin, Created

app = Api()
handler = app.handler


@app.post("/v1/api-keys", operation_id="createApiKey", tag="api-keys")
def create(body: ApiKeyCreate, caller: Admin) -> Created[ApiKeyCreated]:
    """Create a key. Its text is in this answer and nowhere else, ever: a replay shows it as null."""
    return Created(ApiKeyCreated.of_new(*keys.issue(body, by=caller)))
