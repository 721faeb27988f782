"""POST /v1/calls/{call_id}/classify: classify a call again."""

from eal.core.errors import Conflict
from eal.domain.calls import store as calls
from eal.domain.calls.wire import CallView
from eal.domain.organization_settings import ai as ai_settings
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post("/v1/calls/{call_id}/classify", summary="Classify a call", operation_id="classifyCall", tag="calls")
def classify(call_id: str, caller: Writer) -> Accepted[CallView]:
    """Classifies the call again, soon after the answer, with the present version of the engine. The new run is added
    to `classification_runs`, and a correction stays in force. `call.classified` follows if the decision changes.

    The call must be inbound and have ended, and the organization's setting `ai.enabled` must be true; otherwise the
    answer is 409.
    """
    call = calls.request_run(call_id, by=caller)
    if not ai_settings.ai_is_enabled(caller.organization_id):
        raise Conflict("AI is switched off: the setting 'ai.enabled' of the organization is false.")
    return Accepted(CallView.of(call))
