"""Writes a draft on the task `write_email`, once."""

from eal.ai import chain
from eal.ai.tasks.write_email.task import WRITE_EMAIL
from eal.core import observe
from eal.core.caller import Caller
from eal.core.messages import KeepsFailing
from eal.core.table.item import load
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach.drafts import writing
from eal.domain.outreach.drafts.messages import WriteEmailTask
from eal.domain.outreach.drafts.model import Draft
from eal.domain.outreach.drafts.store import DRAFTS
from eal.entry.queue import Consumer, Message, RetryPolicy


def write(message: Message) -> None:
    """Write the draft, unless it is written or deleted already. If the tenant has switched AI off or erased the
    recipient since, the draft fails, and a person can still write it.
    """
    task = load(WriteEmailTask, message)
    by = task.as_worker("write_email")
    draft = _assigned(task, by)
    if draft is None:
        return
    company = organization_settings.company_of(by.organization_id)
    policy = ai_settings.ai_policy(company.settings)
    assignment = writing.assignment_of(draft, company, by) if policy.enabled else None
    if assignment is None:
        writing.fail(draft, "recipient_not_found" if policy.enabled else "ai_disabled", by)
        by.transaction.commit()
        return
    written, provenance = chain.run(WRITE_EMAIL, assignment, policy, by.tenant, by.at)
    writing.record(draft, written, provenance, company, by)
    by.transaction.commit()
    observe.count("drafts_written")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=written.remarks[-1])
        observe.count("bedrock_fallbacks")


def consume_last(message: Message) -> None:
    """The last receive writes nothing: instructions that killed the worker four times would kill it again."""
    task = load(WriteEmailTask, message)
    if _assigned(task, task.as_worker("write_email")):
        raise KeepsFailing


def give_up(message: Message, _fault: Exception) -> None:
    """The draft fails, and a person can still write it. The message becomes a dead letter."""
    task = load(WriteEmailTask, message)
    by = task.as_worker("write_email")
    if draft := _assigned(task, by):
        writing.fail(draft, "engine_failed", by)
        by.transaction.commit()


def _assigned(task: WriteEmailTask, by: Caller) -> Draft | None:
    """The draft, if the AI is still to write it."""
    draft = DRAFTS.find(by.tenant, task.draft_id)
    return draft if draft and draft.status == "writing" else None


RETRY_POLICY = RetryPolicy(
    queue="write_email", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
)
# A tenant that has many drafts written must not delay others.
handler = Consumer(write, retry_policy=RETRY_POLICY, fair_queue="write_email").handler
