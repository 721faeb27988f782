"""GET /v1/outreach/deliverability: what became of the e-mails."""

from eal.domain.outreach.deliverability import sender, store
from eal.domain.outreach.deliverability.wire import DeliverabilityQuery, DeliverabilityView
from eal.domain.outreach.tenant_clock import now_of
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/deliverability",
    summary="Get deliverability",
    operation_id="getDeliverability",
    tag="outreach",
    grant="outreach",
    # Reads the counters, and the state of the sender.
    round_trips=3,
)
def get(query: DeliverabilityQuery, caller: Reader) -> DeliverabilityView:
    """Returns how many e-mails were sent, and what became of them, by the day on which they were sent, in UTC. An event
    counts on the day of its e-mail, so the figures of a day can change later.

    `sender` shows whether e-mail is sent at all. The sender is paused if over 4 % of the e-mails of seven days bounced
    permanently, or over 0.1 % were reported as spam; for fewer than 100 or 1,000 e-mails, these figures count as if
    there were so many. The event `outreach.sender.paused` reports it.
    """
    first, last = query.days(now_of(caller.tenant, caller.at))
    counted = store.counts_by_bucket(first, last, caller.tenant)
    return DeliverabilityView.of_counts(query, first, last, counted, sender.sender_of(caller.tenant))
