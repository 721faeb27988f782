"""Messages to the worker of members."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteMemberTask(TenantMessage):
    member_id: str
