"""POST /v1/dispatch/simulate: the decision for given facts."""

from eal.domain.dispatch import rules
from eal.domain.dispatch.model import Settings
from eal.domain.dispatch.wire import DecisionView, DispatchSimulate
from eal.domain.organization_settings import store as organization_settings
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.post(
    "/v1/dispatch/simulate",
    summary="Simulate a decision",
    operation_id="simulateDispatch",
    tag="dispatch",
    # Authentication, and a read of the settings.
    round_trips=2,
)
def simulate(body: DispatchSimulate, caller: Reader) -> DecisionView:
    """Returns what the rules decide for the facts, with what each rule saw and concluded. Changes nothing,
    so it takes no `Idempotency-Key`: send it again as often as you like.

    The settings are the organization's own, unless the body has others.
    """
    stored = body.stored_settings
    if stored is None:
        stored = organization_settings.settings_of(caller.organization_id)
    return DecisionView.of(rules.decide(body.facts.facts(caller.at), Settings.of(stored)))
