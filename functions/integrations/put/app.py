"""PUT /v1/integrations/{vendor}: connect a vendor."""

from eal.domain.integrations import store as integrations
from eal.domain.integrations.wire import IntegrationPut, IntegrationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.put("/v1/integrations/{vendor}", operation_id="putIntegration", tag="integrations")
def put(vendor: str, body: IntegrationPut, caller: Admin) -> IntegrationView:
    """Connect a vendor, or change the connection: what is left out stays, null removes, addresses stay."""
    return IntegrationView.of(*integrations.put(vendor, body, by=caller))
