"""Messages to the worker of imports."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.core.tenancy import Mode, TenantScoped
from eal.domain.lead_imports.model import ImportRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLeadsTask(TenantScoped):
    """A message of the import queue. `pause_seconds` is the pace at which the last run ended."""

    organization_id: str
    mode: Mode
    import_id: str
    uploaded_at: Instant
    pause_seconds: float = 0.0

    @property
    def ref(self) -> ImportRef:
        return ImportRef(self.tenant, self.import_id)
