"""Messages to the worker of erasures."""

from collections.abc import Mapping
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
class EraseContentTask(TenantMessage):
    content_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClaimTask(TenantMessage):
    claim_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClaimEvidenceTask(TenantMessage):
    """Erasure of a claim's evidence only, as it was at `until`: the end of the claim's retention."""

    claim_id: str
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClaimPhotoTask(TenantMessage):
    claim_id: str
    photo_id: str


type EraseTask = (
    EraseLeadTask
    | EraseProspectTask
    | EraseCallTask
    | EraseContentTask
    | EraseClaimTask
    | EraseClaimEvidenceTask
    | EraseClaimPhotoTask
)

TASKS: Mapping[str, type[EraseTask]] = {
    "erase_lead": EraseLeadTask,
    "erase_prospect": EraseProspectTask,
    "erase_call": EraseCallTask,
    "erase_content": EraseContentTask,
    "erase_claim": EraseClaimTask,
    "erase_claim_evidence": EraseClaimEvidenceTask,
    "erase_claim_photo": EraseClaimPhotoTask,
}
"""The classes by the `task` of a message."""
