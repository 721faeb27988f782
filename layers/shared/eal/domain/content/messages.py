"""Messages to the workers of content."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteContentTask(TenantMessage):
    content_id: str
    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishContentTask(TenantMessage):
    content_id: str
    scheduled_at: str
