"""Messages to the worker of exports."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAuditTask(TenantMessage):
    export_id: str
