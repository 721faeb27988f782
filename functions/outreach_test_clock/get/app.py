"""GET /v1/outreach/test-clock: get the test clock."""

from eal.domain.outreach import tenant_clock
from eal.domain.outreach.sending.wire import TestClockView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/test-clock",
    summary="Get the test clock",
    operation_id="getTestClock",
    tag="outreach",
    grant="outreach",
    # Live mode has none.
    round_trips=1,
)
def get(caller: Reader) -> TestClockView:
    """A clock that was never advanced shows the real time. Live mode has no test clock: a live key gets 404."""
    return TestClockView.at(tenant_clock.current(caller), caller.at)
