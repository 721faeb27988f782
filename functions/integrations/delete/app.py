"""DELETE /v1/integrations/{vendor}: disconnect a vendor."""

from eal.domain.integrations import store as integrations
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/integrations/{vendor}",
    summary="Disconnect a vendor",
    operation_id="deleteIntegration",
    tag="integrations",
)
def delete(vendor: str, caller: Admin) -> None:
    """Deletes the integration with its secrets. Its receiver addresses return 404 permanently: connecting the vendor
    again creates new ones.
    """
    integrations.remove(vendor, by=caller)
