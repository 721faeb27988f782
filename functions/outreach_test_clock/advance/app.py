"""POST /v1/outreach/test-clock: move the test clock forward."""

from eal.domain.outreach import tenant_clock
from eal.domain.outreach.sending.wire import TestClockAdvance, TestClockView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/test-clock",
    summary="Move the test clock forward",
    operation_id="advanceTestClock",
    tag="outreach",
    # Live mode has none; looks for the idempotency record first.
    round_trips=2,
)
def advance(body: TestClockAdvance, caller: Writer) -> Accepted[TestClockView]:
    """Advances the time of this test tenant's outreach, so that a sequence of weeks is tried in a minute. Whatever
    becomes due until then is carried out in the order of time, each at its own time. Repeat the GET until
    `advancing_to` is null; until then, another advance is refused with 409. Live mode has no test clock: a live
    key gets 404.

    Test mode sends no e-mail. What becomes of one follows from its address: `delivered`, `opened`, `clicked`,
    `bounced`, `softbounce`, `complained`, `delayed`, `suppressed`, `failed`, `ooo`, `autoreply`, or `replies-` and one
    of `interested`, `meeting`, `question`, `notnow`, `notinterested`, `wrongperson`, `unsubscribe` and `hostile`, each
    at mailbox.test and with any suffix, as in `bounced+17@mailbox.test`. An e-mail to any other address is delivered,
    in simulation.
    """
    return Accepted(TestClockView.at(tenant_clock.advance(body.target, by=caller), caller.at))
