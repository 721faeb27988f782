"""A member: a person who may use the dashboard."""

from dataclasses import dataclass
from typing import Literal

from eal.core.audit import Actor
from eal.core.clock import Instant

PERSONAL = frozenset({"email", "name"})
"""Fields that are personal data: the audit log shows commitments to them."""

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
