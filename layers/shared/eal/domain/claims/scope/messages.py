"""Messages to the worker of scopes."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractClaimTask(TenantMessage):
    claim_id: str
