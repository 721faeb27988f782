"""The messages of functions/workers/fan_out_events."""

from dataclasses import dataclass

from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class BusEvent(TenantMessage):
    id: str
    type: str
