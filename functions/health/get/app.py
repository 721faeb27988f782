"""GET /v1/health: a pulse for your key."""

from eal.domain.health import HealthView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/health", operation_id="getHealth", tag="meta")
def health(caller: Reader) -> HealthView:
    """Verify your key: which tenant, mode and scopes it has, and what is left of this minute's requests."""
    return HealthView.of(caller)
