"""DELETE /v1/integrations/{vendor}: disconnect a vendor."""

from eal.domain.integrations import store as integrations
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/integrations/{vendor}", operation_id="deleteIntegration", tag="integrations")
def delete(vendor: str, caller: Admin) -> None:
    """Disconnect a vendor: its secrets are gone, and its receiver addresses answer 404 from then on, for good."""
    integrations.remove(vendor, by=caller)
