"""GET /v1/alerts/{alert_id}: get an alert."""

from eal.domain.alerts.store import ALERTS
from eal.domain.alerts.wire import AlertView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/alerts/{alert_id}",
    summary="Get an alert",
    operation_id="getAlert",
    tag="calls",
    grant="calls",
)
def get(alert_id: str, caller: Reader) -> AlertView:
    """Returns one attempt to tell one person about the dispatch of a call. Its `version` is also the ETag, for
    If-None-Match.
    """
    return AlertView.of(ALERTS.get(caller.tenant, alert_id))
