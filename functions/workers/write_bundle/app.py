"""Writes the bundle of a sign-off on the task `write_bundle`."""

from dataclasses import dataclass

from eal.core.table.item import load
from eal.domain.claims.sign_offs import writing
from eal.domain.claims.sign_offs.model import SignOffRef
from eal.entry.queue import Consumer, Message, RetryPolicy, TenantMessage, worker_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    claim_id: str
    sign_off_id: str

    @property
    def ref(self) -> SignOffRef:
        return SignOffRef(self.tenant, self.claim_id, self.sign_off_id)


def consume(message: Message) -> None:
    task = load(Task, message)
    writing.write(task.ref, worker_of(task, "write_bundle"))


def give_up(message: Message, _fault: Exception) -> None:
    """Mark the sign-off's bundle as failed. A redrive of its message, now a dead letter, still writes it."""
    task = load(Task, message)
    writing.give_up(task.ref, worker_of(task, "write_bundle"))


RETRY_POLICY = RetryPolicy(queue="write_bundle", first_delay_seconds=30, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="write_bundle").handler
