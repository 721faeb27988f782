"""Signs a checkpoint of the audit log. A message names a tenant and mode with new records."""

from contextlib import suppress

from eal.core.messages import TenantMessage
from eal.core.table.item import load
from eal.core.table.write import Stale
from eal.domain.audit_log import checkpoints
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """Does nothing if an earlier message, or a request for a proof, has led to a checkpoint."""
    log = load(TenantMessage, message)
    state = checkpoints.log_state(log.tenant)
    if not state.needs_checkpoint:
        return
    by = log.as_worker("sign_checkpoints")
    with suppress(Stale):  # a concurrent request for a proof has signed
        checkpoints.sign(by, state)
        by.transaction.commit()


handler = Consumer(consume).handler
