"""The messages of functions/workers/write_bundle."""

from dataclasses import dataclass

from eal.domain.claims.sign_offs.model import SignOffRef
from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    claim_id: str
    sign_off_id: str

    @property
    def ref(self) -> SignOffRef:
        return SignOffRef(self.tenant, self.claim_id, self.sign_off_id)
