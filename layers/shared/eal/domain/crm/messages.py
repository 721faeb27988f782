"""Messages to the workers of the CRM."""

from dataclasses import dataclass

from eal.core.messages import AttemptMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class PushToCrmTask(AttemptMessage):
    """A message of the CRM queues."""

    lead_id: str
    push_id: str
