"""GET /v1/leads/stats: get lead statistics."""

from eal.domain.statistics import store as statistics
from eal.domain.statistics.model import LEAD_STATS, start_of
from eal.domain.statistics.wire import LeadStatsView, StatsQuery
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/leads/stats", summary="Get lead statistics", operation_id="getLeadStats", tag="leads", grant="leads"
)
def stats(query: StatsQuery, caller: Reader) -> LeadStatsView:
    """Counts the leads created in a window by status and source, and shows how far they got and how soon they were
    contacted.
    """
    unit, since = start_of(query.window, caller.at)
    buckets = statistics.buckets_since(LEAD_STATS, unit, since, by=caller)
    return LeadStatsView.of_buckets(query.window, since, caller.at, buckets)
