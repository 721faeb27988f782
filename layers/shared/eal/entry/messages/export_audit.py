"""The messages of functions/workers/export_audit."""

from dataclasses import dataclass

from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMessage(TenantMessage):
    export_id: str
