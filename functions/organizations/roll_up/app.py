"""GET /v1/organizations/me/rollup: the children's counts."""

from eal.core.listing import ListQuery
from eal.domain.statistics.roll_up import store as roll_ups
from eal.domain.statistics.roll_up.wire import RollUpPage, RollUpView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/me/rollup",
    summary="Get the roll-up of child organizations",
    operation_id="getRollup",
    tag="organizations",
)
def roll_up(query: ListQuery, caller: Admin) -> RollUpPage:
    """Returns the lead and call counts of each child that has granted the caller its leads or calls, in the key's mode,
    newest child first.
    """
    page = roll_ups.search(query, by=caller)
    return RollUpPage(data=[RollUpView.of(row) for row in page.items], next_cursor=page.next_cursor)
