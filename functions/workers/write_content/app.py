"""Writes or revises a content item on the task `write_content`, once."""

from eal.ai import chain
from eal.ai.content_assignment import WrittenContent
from eal.ai.tasks.revise_content.task import REVISE_CONTENT
from eal.ai.tasks.write_content.task import WRITE_CONTENT
from eal.core import observe
from eal.core.messages import KeepsFailing
from eal.core.table.item import load
from eal.core.transaction import until_committed
from eal.domain.content import writing
from eal.domain.content.messages import WriteContentTask
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings
from eal.entry.queue import Consumer, Message, RetryPolicy


def write(message: Message) -> None:
    """Write the item, unless the task was cancelled or is done already. If the tenant has switched AI off or the review
    was erased since, the item fails, and a person can retry it or write it.
    """
    task = load(WriteContentTask, message)
    judge = chain.Judge[WrittenContent]()
    until_committed(lambda: _write(task, judge))


def _write(task: WriteContentTask, judge: chain.Judge[WrittenContent]) -> None:
    by = task.as_worker("write_content")
    content = writing.assigned(task.content_id, task.task_id, by)
    if content is None:
        return
    company = organization_settings.company_of(by.organization_id)
    policy = ai_settings.ai_policy(company.settings)
    assignment = writing.assignment_of(content, company, by) if policy.enabled else None
    if assignment is None:
        writing.fail(content, "review_not_found" if policy.enabled else "ai_disabled", by)
        by.transaction.commit()
        return
    content = writing.at_step(content, "writing", by)
    wanted = REVISE_CONTENT if content.task == "revise" else WRITE_CONTENT
    written, provenance = judge.run(
        wanted, assignment, policy, by.tenant, by.at, input_sha256=assignment.sha256
    )
    content = writing.at_step(content, "checking", by)
    writing.record(content, written, provenance, company, by)
    by.transaction.commit()
    observe.count("content_written")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=written.remarks[-1])
        observe.count("bedrock_fallbacks")


def consume_last(message: Message) -> None:
    """The last receive writes nothing: a brief that killed the worker four times would kill it again."""
    task = load(WriteContentTask, message)
    if writing.assigned(task.content_id, task.task_id, task.as_worker("write_content")):
        raise KeepsFailing


def give_up(message: Message, fault: Exception) -> None:
    """The item fails, so that nobody waits for it. The message becomes a dead letter."""
    task = load(WriteContentTask, message)
    by = task.as_worker("write_content")
    if content := writing.assigned(task.content_id, task.task_id, by):
        writing.fail(content, "engine_failed", by)
        by.transaction.commit()


RETRY_POLICY = RetryPolicy(
    queue="write_content", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant that has much content written must not delay others.
handler = Consumer(write, retry_policy=RETRY_POLICY, fair_queue="write_content").handler
