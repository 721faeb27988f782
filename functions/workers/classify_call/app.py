"""A call's classification: on the task `classify_call`, once for each input."""

import time
from dataclasses import dataclass
from datetime import datetime

from eal import observe
from eal.ai.engines import rules
from eal.calls import store as calls
from eal.calls.model import Run
from eal.calls.store import Whole
from eal.entry.consumer import Consumer, Message, TenantMessage, worker_of
from eal.organizations.settings import store as organization_settings
from eal.provenance import Provenance
from eal.table.item import load


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
    if last and (last.input_sha256, last.model) == (wanted, rules.VERSION):
        return
    if not organization_settings.ai_is_enabled(by.organization_id):
        observe.logger.info("call_left_unjudged", call_id=whole.call.id)
        return
    calls.record_run(whole, _judge(whole, wanted, by.at), by)
    by.write.commit()
    observe.count("calls_classified")


def _judge(whole: Whole, input_sha256: str, at: datetime) -> Run:
    facts = whole.call.facts
    started = time.perf_counter()
    judged = rules.classify_call(
        whole.transcript or "", answered=facts.answered, voicemail=bool(facts.voicemail)
    )
    provenance = Provenance(
        engine=rules.ENGINE,
        model=rules.VERSION,
        input_sha256=input_sha256,
        latency_ms=round((time.perf_counter() - started) * 1000),
    )
    return Run.of(judged, provenance, at)


handler = Consumer(classify).handler
