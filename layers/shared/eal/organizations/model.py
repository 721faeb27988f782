"""An organization, what it grants its parent, and who is a member of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from eal.audit import Actor
from eal.clock import Instant
from eal.errors import Json

INDUSTRY = "restoration"

PERSONAL_SETTINGS = frozenset({"settings.on_call", "settings.sender"})
PERSONAL_OF_A_MEMBER = frozenset({"email", "name"})
"""Fields that are personal data: the audit log shows commitments to them. An organization's own name is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One tenant. `settings` has the shape of `wire.SettingsView`, and holds what was set.

    `salt` is for the audit log's commitments: it is stored here and nowhere else, and never shown.
    """

    id: str
    name: str
    created_at: Instant
    version: int
    industry: str = INDUSTRY
    parent_organization_id: str | None = None
    settings: dict[str, Json] = field(default_factory=dict)
    salt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a child lets its parent read; nothing, for a child that has granted nothing."""

    resources: tuple[str, ...] = ()
    expires_at: Instant | None = None

    def covers(self, resource: str, now: datetime) -> bool:
        return resource in self.resources and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenGrant(Grant):
    """A grant as it is stored: `organization_id` is the child that gave it."""

    id: str
    organization_id: str
    parent_id: str
    created_at: Instant
    updated_at: Instant
    version: int


type Role = Literal["owner", "admin", "member", "viewer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person who may use the dashboard. `salt` is as an organization's."""

    id: str
    email: str
    role: Role
    status: Literal["invited"]
    invited_at: Instant
    invited_by: Actor
    version: int
    salt: str
    name: str | None = None
