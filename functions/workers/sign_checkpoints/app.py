"""Signs a checkpoint of the audit log. A message names a tenant and mode with new records."""

from eal.core.messages import TenantMessage
from eal.core.table.item import load
from eal.domain.audit_log import checkpoints
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    checkpoints.sign_new(load(TenantMessage, message))


handler = Consumer(consume).handler
