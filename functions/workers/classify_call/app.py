"""Classifies and decides a call on the task `classify_call`, once per input."""

from eal.ai import chain
from eal.ai.tasks.classify_call.task import CLASSIFY_CALL, CallInput
from eal.core import observe
from eal.core.table.item import load
from eal.domain.calls import classifying, decisions
from eal.domain.calls import store as calls
from eal.domain.calls.model import Run
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings
from eal.entry.messages.classify_call import Task
from eal.entry.queue import Consumer, Message, worker_of


def classify(message: Message) -> None:
    """Classify the current state of the call and decide what happens after it, unless the last run has the same input
    and versions of engine and prompt, and nobody has requested another one since.

    If the tenant has switched AI off, its calls stay unclassified.
    """
    task = load(Task, message)
    by = worker_of(task, "classify_call")
    record = calls.find(task.call_id, by)
    if record is None or not record.call.has_ended or record.call.transcript_deleted_at:
        return
    if record.call.is_classified_by(chain.versions(CLASSIFY_CALL)):
        return
    settings = organization_settings.settings_of(by.organization_id)
    policy = ai_settings.ai_policy(settings)
    if not policy.enabled:
        observe.logger.info("call_left_unjudged", call_id=record.call.id)
        return
    given = CallInput(
        transcript=record.transcript or "",
        answered=record.call.facts.answered,
        voicemail=bool(record.call.facts.voicemail),
        known_names=(record.call.person_name or "",),
        input_sha256=record.call.input_sha256(),
    )
    classification, provenance = chain.run(CLASSIFY_CALL, given, policy, by.tenant, by.at)
    situation = decisions.situation_of(record, settings, by)
    classifying.record_run(record, Run.of(classification, provenance, by.at), situation, by)
    by.transaction.commit()
    observe.count("calls_classified")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=classification.reasons[-1])
        observe.count("bedrock_fallbacks")


# A tenant with many long calls must not delay the emergencies of others.
handler = Consumer(classify, fair_queue="classify").handler
