"""Escalation of a call to the next person on call, if nobody acknowledges it.

A message names the round and the level that it is about. It waits in the queue until the time is up; a message about an
earlier round or level is dropped. A killed worker's message returns: a second message for the same step finds the
level changed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from eal.core import observe
from eal.core.outbound import later
from eal.core.outbound.later import Delayed
from eal.domain.calls import decisions, dispatching
from eal.domain.calls.store import CALLS

if TYPE_CHECKING:
    from eal.domain.calls.messages import EscalateDispatchTask


def escalate(task: EscalateDispatchTask) -> None:
    """Escalate the call if it is still unacknowledged at the message's level, or wait until the time is up."""
    by = task.as_worker("escalate_dispatch")
    call = CALLS.find(by.tenant, task.call_id)
    awaited = dispatching.awaited(call, task.round, task.level) if call else None
    if call is None or awaited is None:
        observe.logger.info("escalation_dropped", call_id=task.call_id, level=task.level)
        return
    _, _, acknowledge_by = awaited
    if by.at < acknowledge_by:
        name = f"{task.call_id}-{task.round}-{task.level}"
        body = json.dumps(asdict(task))
        later.send(Delayed("escalate", body, task.organization_id, name, acknowledge_by), by.at)
        return
    decisions.escalate(call, task.round, task.level, by)
    by.transaction.commit()
    observe.count("dispatches_escalated")
