"""Messages to the normalisers of webhooks."""

from dataclasses import dataclass

from eal.core import caller
from eal.core.caller import Caller
from eal.core.clock import Instant
from eal.core.tenancy import Mode, TenantScoped


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedWebhook(TenantScoped):
    """A message of a vendor's queue. `raw` is the key of the S3 object that has the body."""

    vendor: str
    kind: str
    organization_id: str
    mode: Mode
    connection_id: str
    delivery_id: str
    raw: str
    received_at: Instant
    request_id: str

    def as_caller(self) -> Caller:
        """The vendor as the actor of the changes."""
        return caller.vendor(self.vendor, self.tenant, self.request_id)
