"""The messages of functions/workers/extract_claim."""

from dataclasses import dataclass

from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    claim_id: str
