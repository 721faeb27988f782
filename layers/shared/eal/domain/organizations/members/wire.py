"""What the API accepts and returns of members."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from eal.core.caller import Role
from eal.core.clock import Instant
from eal.core.contact import Email
from eal.core.listing import PageView
from eal.core.wire import Name, Wire


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
    status: Annotated[Literal["invited", "active"], Field(description="`active` after the first sign-in.")]
    invited_at: Instant
    invited_by: InvitedBy
    last_signed_in_at: Instant | None
    version: int


class MemberPage(PageView[MemberView]):
    pass
