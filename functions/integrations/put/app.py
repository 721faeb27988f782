"""PUT /v1/integrations/{vendor}: connect a vendor."""

from eal.domain.integrations import store as integrations
from eal.domain.integrations.wire import IntegrationPut, IntegrationView
from eal.entry.http.api import Api
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler


@app.put(
    "/v1/integrations/{vendor}",
    summary="Connect a vendor",
    operation_id="putIntegration",
    tag="integrations",
    # A change whose sample has a secret: KMS encrypts it, and derives the key for secrets' marks once per process.
    round_trips=5,
)
def put(vendor: str, body: IntegrationPut, caller: RecentAdmin) -> IntegrationView:
    """Connects a vendor, or changes an existing connection. Settings and secrets that the body omits keep their values;
    null removes them. The receiver addresses do not change.
    """
    return IntegrationView.with_health(*integrations.put(vendor, body, by=caller))
