"""What the API accepts and returns of members."""

from typing import Literal, Self

from pydantic import ConfigDict

from eal.core.clock import Instant
from eal.core.contact import Email
from eal.core.listing import PageView
from eal.core.wire import Name, Wire
from eal.domain.organizations.members.model import Member, Role


class MemberCreate(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: Email
    name: Name | None = None
    role: Role


class InvitedBy(Wire):
    type: str
    id: str


class MemberView(Wire):
    id: str
    email: str
    name: str | None
    role: Role
    status: Literal["invited"]
    invited_at: Instant
    invited_by: InvitedBy
    version: int

    @classmethod
    def of(cls, member: Member) -> Self:
        return cls(
            id=member.id,
            email=member.email,
            name=member.name,
            role=member.role,
            status=member.status,
            invited_at=member.invited_at,
            invited_by=InvitedBy(type=member.invited_by.type, id=member.invited_by.id),
            version=member.version,
        )


class MemberPage(PageView[MemberView]):
    pass
