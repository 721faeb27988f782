"""The messages of functions/workers/erase_traces."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTask(TenantMessage):
    lead_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectTask(TenantMessage):
    prospect_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTask(TenantMessage):
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTask(TenantMessage):
    claim_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentTask(TenantMessage):
    content_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvidenceTask(ClaimTask):
    """Erasure of a claim's evidence only, as it was at `until`: the end of the claim's retention."""

    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoTask(ClaimTask):
    photo_id: str
