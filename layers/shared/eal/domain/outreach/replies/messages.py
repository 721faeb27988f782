"""Messages to the worker of replies."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyReplyTask(TenantMessage):
    reply_id: str
