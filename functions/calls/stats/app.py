"""GET /v1/calls/stats: get call statistics."""

from eal.domain.statistics import store as statistics
from eal.domain.statistics.model import CALL_STATS, start_of
from eal.domain.statistics.wire import CallStatsView, StatsQuery
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/calls/stats", summary="Get call statistics", operation_id="getCallStats", tag="calls", grant="calls"
)
def stats(query: StatsQuery, caller: Reader) -> CallStatsView:
    """Counts the inbound calls created in a window by intent, urgency and qualification, and shows how many wait for a
    person and how soon calls were classified and dispatched.
    """
    unit, since = start_of(query.window, caller.at)
    buckets = statistics.buckets_since(CALL_STATS, unit, since, by=caller)
    return CallStatsView.of_buckets(query.window, since, caller.at, buckets)
