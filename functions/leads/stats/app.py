"""GET /v1/leads/stats: what becomes of leads, by window."""

from eal.domain.statistics import store as statistics
from eal.domain.statistics.model import start_of
from eal.domain.statistics.wire import LeadStatsQuery, LeadStatsView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/leads/stats", operation_id="getLeadStats", tag="leads", grant="leads")
def stats(query: LeadStatsQuery, caller: Reader) -> LeadStatsView:
    """The leads that were created in the window: how far they came, from where, and how soon they were contacted."""
    unit, since = start_of(query.window, caller.at)
    buckets = statistics.buckets_since(unit, since, by=caller)
    return LeadStatsView.of(query.window, since, caller.at, buckets)
