"""The messages of functions/workers/classify_call."""

from dataclasses import dataclass

from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    call_id: str
