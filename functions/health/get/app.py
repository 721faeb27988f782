"""GET /v1/health: a pulse for your key."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.health import HealthView

app = Api()
handler = app.handler


@app.get("/v1/health", operation_id="getHealth", tag="meta")
def health(caller: Reader) -> HealthView:
    """Verify your key: which tenant, mode and scopes it has, and what is left of this minute's requests."""
    return HealthView.of(caller)
