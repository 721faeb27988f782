"""What the API accepts and returns of members."""

from typing import Literal

from pydantic import ConfigDict

from eal.core.clock import Instant
from eal.core.contact import Email
from eal.core.listing import PageView
from eal.core.wire import Name, Wire
from eal.domain.organizations.members.model import Role


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


class MemberPage(PageView[MemberView]):
    pass
