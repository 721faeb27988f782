"""Messages to the worker of sign-offs."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage
from eal.domain.claims.sign_offs.model import SignOffRef


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBundleTask(TenantMessage):
    claim_id: str
    sign_off_id: str

    @property
    def ref(self) -> SignOffRef:
        return SignOffRef(self.tenant, self.claim_id, self.sign_off_id)
