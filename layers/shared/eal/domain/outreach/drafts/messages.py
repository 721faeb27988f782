"""Messages to the worker of drafts."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteEmailTask(TenantMessage):
    draft_id: str
