"""GET /v1/health: a pulse for your key."""

from eal.domain.health import HealthView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/health",
    summary="Get the API's health",
    operation_id="getHealth",
    tag="meta",
    # The item of the key has all fields.
    round_trips=1,
)
def health(caller: Reader) -> HealthView:
    """Verifies your key: returns its tenant, mode and scopes, and how many requests remain in the current minute."""
    return HealthView.of(caller)
