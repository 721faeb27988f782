"""DELETE /v1/api-keys/{key_id}: revoke a key."""

from eal.domain.api_keys import store as keys
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/api-keys/{key_id}",
    summary="Revoke an API key",
    operation_id="revokeApiKey",
    tag="api-keys",
    # Reads the pointer, then the key, then which keys are in use, and the family, in which they are counted.
    round_trips=7,
)
def revoke(key_id: str, caller: Admin) -> None:
    """The next request with the key is refused with 401. Revoking a revoked key changes nothing.

    The last live admin key that never expires cannot be revoked (409), because no key could then create another.
    """
    keys.revoke(key_id, by=caller)
