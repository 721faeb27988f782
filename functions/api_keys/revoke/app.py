"""DELETE /v1/api-keys/{key_id}: revoke a key."""

from eal.domain.api_keys import store as keys
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/api-keys/{key_id}", operation_id="revokeApiKey", tag="api-keys")
def revoke(key_id: str, caller: Admin) -> None:
    """Revoke a key: the very next request with it is refused. The last live admin key without an end stays."""
    keys.revoke(key_id, by=caller)
