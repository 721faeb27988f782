"""The messages of functions/workers/invite_member."""

from dataclasses import dataclass

from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    member_id: str
