"""Bodies of requests and responses about members."""

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
    """The person's name."""
    role: _Role


class MemberUpdate(Wire):
    """Only the fields present change. Null removes the name."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, json_schema_extra=without_defaults("role")
    )

    name: Name | None = None
    """The person's name. Null removes it."""
    role: _Role | None = None

    @field_validator("role")
    @classmethod
    def _has_a_role(cls, role: Role | None) -> Role:
        if role is None:
            raise ValueError("Must not be null: a member needs a role.")
        return role


class InvitedBy(Wire):
    type: str
    """`api_key`, `member`, or `system` for an operator of this API."""
    id: str
    """The id of the API key or member, or the name of the operator's tool."""


class MemberView(Wire):
    id: str
    email: str
    """The address that was invited, with which the member signs in. It never changes."""
    name: str | None
    """The person's name. Null if none was given."""
    role: _Role
    status: Literal["invited", "active"]
    """`active` after the first sign-in to this organization, or the first switch to it."""
    invited_at: Instant
    """When the member was invited."""
    invited_by: InvitedBy
    """Who invited the member."""
    last_signed_in_at: Instant | None
    """When the member last signed in to this organization or switched to it. Null if never."""
    version: int


class MemberPage(PageView[MemberView]):
    pass
