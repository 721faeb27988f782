"""Messages to the worker of erasures, a class for each `task`."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseLeadTask(TenantMessage):
    lead_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseProspectTask(TenantMessage):
    prospect_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCallTask(TenantMessage):
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClaimTask(TenantMessage):
    claim_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseContentTask(TenantMessage):
    content_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClaimEvidenceTask(EraseClaimTask):
    """Erasure of a claim's evidence only, as it was at `until`: the end of the claim's retention."""

    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClaimPhotoTask(EraseClaimTask):
    photo_id: str
