"""GET /v1/integrations: the vendors that are connected."""

from eal.core.listing import ListQuery
from eal.domain.integrations import store as integrations
from eal.domain.integrations.wire import IntegrationPage, IntegrationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get("/v1/integrations", summary="List integrations", operation_id="listIntegrations", tag="integrations")
def list_integrations(query: ListQuery, caller: Admin) -> IntegrationPage:
    """Lists the vendors connected in the key's mode, newest first, each with its health. Secrets are never returned."""
    page = integrations.search(query, by=caller)
    shown = [IntegrationView.with_health(integration, health) for integration, health in page.items]
    return IntegrationPage(data=shown, next_cursor=page.next_cursor)
