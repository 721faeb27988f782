"""The messages of functions/workers/write_email."""

from dataclasses import dataclass

from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    draft_id: str
