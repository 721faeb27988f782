"""GET /v1/alerts: list alerts."""

from eal.domain.alerts import store as alerts
from eal.domain.alerts.wire import AlertPage, AlertQuery, AlertView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/alerts", summary="List alerts", operation_id="listAlerts", tag="calls", grant="calls")
def list_alerts(query: AlertQuery, caller: Reader) -> AlertPage:
    """Lists the attempts to tell the people on call about dispatches, newest first. `call_id` gives those about one
    call.
    """
    page = alerts.search(query, by=caller)
    return AlertPage(data=[AlertView.of(alert) for alert in page.items], next_cursor=page.next_cursor)
