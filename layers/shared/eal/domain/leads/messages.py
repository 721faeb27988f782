"""Messages to the worker of leads."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSnapshot:
    """The members of the event's lead that are read here. Its current state is read from the table."""

    id: str
    notes: str | None
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLeadEvent(TenantMessage):
    data: LeadSnapshot
