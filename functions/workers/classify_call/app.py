"""A call's classification: on the task `classify_call`, once for each input."""

from dataclasses import dataclass

from eal.ai.engines.embedded.calls import engine
from eal.core import observe
from eal.core.table.item import load
from eal.domain.calls import store as calls
from eal.domain.calls.model import Run
from eal.domain.organization_settings import store as organization_settings
from eal.entry.queue import Consumer, Message, TenantMessage, worker_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    call_id: str


def classify(message: Message) -> None:
    """Judge the call as it stands now, unless this version of the engine judged the same input last.

    A tenant that wants no engines has its calls as they came.
    """
    task = load(Task, message)
    by = worker_of(task, "classify_call")
    whole = calls.look_up(task.call_id, by)
    if whole is None or not whole.call.has_ended:
        return
    wanted, last = whole.call.input_sha256(), whole.call.classification
    if last and (last.input_sha256, last.model) == (wanted, engine.VERSION):
        return
    if not organization_settings.ai_is_enabled(by.organization_id):
        observe.logger.info("call_left_unjudged", call_id=whole.call.id)
        return
    judgement, provenance = engine.judge(
        whole.transcript or "",
        answered=whole.call.facts.answered,
        voicemail=bool(whole.call.facts.voicemail),
        input_sha256=wanted,
    )
    calls.record_run(whole, Run.of(judgement, provenance, by.at), by)
    by.transaction.commit()
    observe.count("calls_classified")


handler = Consumer(classify).handler
