"""Classifies and decides a call on the task `classify_call`, once per input."""

from eal.ai import chain
from eal.ai.classification import Classification
from eal.ai.tasks.classify_call.task import CLASSIFY_CALL, CallInput
from eal.core import observe
from eal.core.caller import Caller
from eal.core.messages import KeepsFailing
from eal.core.table.item import load
from eal.core.transaction import until_committed
from eal.domain.calls import classifying, decisions
from eal.domain.calls import store as calls
from eal.domain.calls.messages import ClassifyCallTask
from eal.domain.calls.model import Call, Run
from eal.domain.calls.store import CALLS
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings
from eal.entry.queue import Consumer, Message, RetryPolicy


def classify(message: Message) -> None:
    """Classify the current state of the call and decide what happens after it, unless the last run has the same input
    and versions of engine and prompt, and nobody has requested another one since.

    If the tenant has switched AI off, its calls stay unclassified.
    """
    task = load(ClassifyCallTask, message)
    judge = chain.Judge[Classification]()
    until_committed(lambda: _classify(task, judge))


def _classify(task: ClassifyCallTask, judge: chain.Judge[Classification]) -> None:
    by = task.as_worker("classify_call")
    record = calls.find(task.call_id, by)
    if record is None or not _wants_run(record.call):
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
    classification, provenance = judge.run(
        CLASSIFY_CALL, given, policy, by.tenant, by.at, input_sha256=given.input_sha256
    )
    situation = decisions.situation_of(record, settings, by)
    classifying.record_run(record, Run.of(classification, provenance, by.at), situation, by)
    by.transaction.commit()
    observe.count("calls_classified")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=classification.reasons[-1])
        observe.count("bedrock_fallbacks")


def consume_last(message: Message) -> None:
    """The last receive classifies nothing: a transcript that killed the worker four times would kill it again."""
    task = load(ClassifyCallTask, message)
    if _waiting(task, task.as_worker("classify_call")):
        raise KeepsFailing


def give_up(message: Message, _fault: Exception) -> None:
    """People decide the call, which may be an emergency, unless only another run of the same input failed. A redrive of
    the message, now a dead letter, still classifies it.
    """
    task = load(ClassifyCallTask, message)
    by = task.as_worker("classify_call")
    call = _waiting(task, by)
    if call and not call.is_input_classified:
        decisions.leave_to_people(call, organization_settings.settings_of(by.organization_id), by)
        by.transaction.commit()


def _waiting(task: ClassifyCallTask, by: Caller) -> Call | None:
    """The call, if it waits for a run."""
    call = CALLS.find(by.tenant, task.call_id)
    if call is None or not _wants_run(call):
        return None
    policy = ai_settings.ai_policy(organization_settings.settings_of(by.organization_id))
    return call if policy.enabled else None


def _wants_run(call: Call) -> bool:
    is_readable = call.has_ended and not call.transcript_deleted_at
    return is_readable and not call.is_classified_by(chain.versions(CLASSIFY_CALL))


RETRY_POLICY = RetryPolicy(
    queue="classify", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant with many long calls must not delay the emergencies of others.
handler = Consumer(classify, retry_policy=RETRY_POLICY, fair_queue="classify").handler
