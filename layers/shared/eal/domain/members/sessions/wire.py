"""Request and response models for sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from eal.core.caller import Caller, Role
from eal.core.clock import Instant
from eal.core.listing import PageView
from eal.core.schema import ConfigDict, Field, JsonValue, model_validator
from eal.core.tenancy import Mode
from eal.core.wire import Wire, without_defaults
from eal.domain.members.sessions.store import Membership
from eal.domain.sessions.model import Session


class SessionCreate(Wire):
    """The parameters that the user pool has sent to the dashboard's address, and those that the dashboard has kept of
    its request."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=2048)]
    """The authorization code. It works once."""
    verifier: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{43,128}$")]
    """The code verifier of PKCE (RFC 7636)."""
    nonce: Annotated[str, Field(min_length=16, max_length=200)]
    """The nonce of the request."""
    redirect_uri: Annotated[str, Field(max_length=2048)]
    """The address that the request named."""
    organization_id: str | None = None
    """The organization to sign in to. Defaults to that of the last sign-in, or else of the newest invitation."""
    mode: Mode = "live"
    """The mode of the session."""


def _switches(schema: dict[str, JsonValue]) -> None:
    without_defaults("organization_id", "mode")(schema)
    schema["minProperties"] = 1


class SessionUpdate(Wire):
    """Only the fields present change. At least one is required."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_switches)

    organization_id: str | None = None
    """An organization that the person is a member of."""
    mode: Mode | None = None
    """The mode of the new session."""

    @model_validator(mode="after")
    def _has_something_to_switch(self) -> Self:
        if self.organization_id is None and self.mode is None:
            raise ValueError("Send 'organization_id', 'mode' or both.")
        return self


_AUTH_TIME = Field(description="When the person last signed in with their password or passkey.")
_EXPIRES_AT = Field(description="When the session ends, however much it is used.")
_IDLE_EXPIRES_AT = Field(description="When the session ends if it is not used again.")


class MemberSessionView(Wire):
    """A session of a member."""

    id: str
    mode: Mode
    is_current: bool
    """Whether this session sent the request."""
    ip: str | None
    """The IP address from which the member signed in."""
    user_agent: str | None
    """The browser, as it identifies itself."""
    auth_time: Annotated[Instant, _AUTH_TIME]
    created_at: Instant
    last_used_at: Instant
    """When the session last made a request."""
    last_used_ip: str | None
    """The IP address that sent that request. Null if unknown."""
    expires_at: Annotated[Instant, _EXPIRES_AT]
    idle_expires_at: Annotated[Instant, _IDLE_EXPIRES_AT]

    @classmethod
    def of_session(cls, session: Session, by: Caller) -> Self:
        is_current = by.sign_in is not None and by.sign_in.session_id == session.id
        names = cls.model_fields.keys() - {"is_current"}
        return cls.model_validate(
            {"is_current": is_current, **{name: getattr(session, name) for name in names}}
        )


class MemberSessionPage(PageView[MemberSessionView]):
    pass


class SessionMember(Wire):
    id: str
    """The id of the member. A person has a different one in each organization."""
    email: str
    """The address with which the member signs in."""
    name: str | None
    """The person's name. Null if none was given."""
    role: Role
    """It decides the scope of the session: `viewer` has `read`, `member` has `write`, `admin` and `owner` have
    `admin`."""


class SessionOrganization(Wire):
    id: str
    name: str
    """The organization's name."""


class OrganizationMembership(SessionOrganization):
    role: Role
    """The person's role in this organization."""
    status: Literal["invited", "active"]
    """`active` after the first sign-in to this organization, or the first switch to it."""


class OwnSessionView(Wire):
    """The signed-in member, with organization, mode and end of the session."""

    changes_by_itself: ClassVar[bool] = True
    shown_once: ClassVar[frozenset[str]] = frozenset({"session"})

    session: str | None
    """The credential of a new session, shown only in this response. Null in every other."""
    id: str
    member: SessionMember
    """Who is signed in."""
    organization: SessionOrganization
    """The organization whose data the session reads and changes."""
    organizations: list[OrganizationMembership]
    """The organizations that the person is a member of, by name. Of more than 100, those of the last sign-ins come
    first, then those of the newest invitations."""
    mode: Mode
    auth_time: Annotated[Instant, _AUTH_TIME]
    expires_at: Annotated[Instant, _EXPIRES_AT]
    idle_expires_at: Annotated[Instant, _IDLE_EXPIRES_AT]

    @classmethod
    def of_session(cls, session: Session, memberships: Sequence[Membership], text: str | None = None) -> Self:
        own = next(
            membership for membership in memberships if membership.organization.id == session.organization_id
        )
        return cls.model_validate(
            {
                "session": text,
                "id": session.id,
                "member": SessionMember.of(own.member),
                "organization": SessionOrganization.of(own.organization),
                "organizations": [
                    {
                        "id": membership.organization.id,
                        "name": membership.organization.name,
                        "role": membership.member.role,
                        "status": membership.member.status,
                    }
                    for membership in memberships
                ],
                "mode": session.mode,
                "auth_time": session.auth_time,
                "expires_at": session.expires_at,
                "idle_expires_at": session.idle_expires_at,
            }
        )
