"""PATCH /v1/calls/{call_id}/classification: correct a classification."""

from eal.domain.calls import corrections
from eal.domain.calls.wire import ClassificationUpdate, CorrectedCallView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/calls/{call_id}/classification",
    summary="Correct a classification",
    operation_id="correctClassification",
    tag="calls",
    # A change, with reads of what the rules decide by: the settings, and the lead with the caller's number.
    round_trips=5,
)
def correct(call_id: str, body: ClassificationUpdate, caller: Writer) -> CorrectedCallView:
    """Records a person's correction next to the engine's classification. `classification` shows what counts: the newest
    run, with the corrected fields. No later run overwrites them. `safety` cannot be corrected.

    `call.classified` follows if the decision changes, and the call becomes a lead if it is qualified now. A correction
    with the engine's own values confirms them. The rules decide again what happens after the call, unless a person has
    overridden or acknowledged that, so the call leaves the review queue if nothing else keeps it there. A call without
    a run, such as one received while AI was switched off, needs `intent`, `urgency` and `qualified`.
    """
    return CorrectedCallView.of(corrections.correct(call_id, body, by=caller))
