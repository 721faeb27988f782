"""POST /v1/calls/{call_id}/classify: classify a call again."""

from eal.domain.calls import store as calls
from eal.domain.calls.wire import CallView
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings.store import settings_of
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/calls/{call_id}/classify",
    summary="Classify a call",
    operation_id="classifyCall",
    tag="calls",
    # A change, with a read of the switch for AI.
    round_trips=4,
)
def classify(call_id: str, caller: Writer) -> Accepted[CallView]:
    """Classifies the call again, asynchronously, with the current version of the engine. The new run is added to
    `classification_runs`, and a correction stays in force. `call.classified` follows if the decision changes.
    Requests before the run lead to one run.

    The call must be inbound and have ended, and the organization's setting `ai.enabled` must be true; otherwise the
    response is 409.
    """
    call = calls.request_run(call_id, by=caller)
    ai_settings.require_enabled(settings_of(caller.organization_id))
    return Accepted(CallView.of(call))
