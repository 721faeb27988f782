"""What the API accepts and returns of members."""

from __future__ import annotations

from typing import Annotated, Literal

from eal.core.caller import Role
from eal.core.clock import Instant
from eal.core.contact import Email
from eal.core.listing import PageView
from eal.core.schema import ConfigDict, Field, field_validator
from eal.core.wire import Name, Wire, without_defaults

_Role = Annotated[
    Role,
    Field(
        description="It decides the scope of the member's sessions: `viewer` has `read`, `member` has `write`, `admin` "
        "and `owner` have `admin`."
    ),
]


class MemberCreate(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: Email
    name: Name | None = None
    role: _Role


class MemberUpdate(Wire):
    """Only the fields present change. Null removes the name."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, json_schema_extra=without_defaults("role")
    )

    name: Name | None = None
    role: _Role | None = None

    @field_validator("role")
    @classmethod
    def _has_a_role(cls, role: Role | None) -> Role:
        if role is None:
            raise ValueError("Must not be null: a member needs a role.")
        return role


class InvitedBy(Wire):
    type: str
    id: str


class MemberView(Wire):
    id: str
    email: str
    name: str | None
    role: _Role
    status: Literal["invited", "active"]
    """`active` after the first sign-in to this organization."""
    invited_at: Instant
    invited_by: InvitedBy
    last_signed_in_at: Instant | None
    version: int


class MemberPage(PageView[MemberView]):
    pass
