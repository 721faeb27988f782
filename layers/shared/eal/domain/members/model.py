"""A member: a person with access to an organization."""

from dataclasses import dataclass
from typing import Literal

from eal.core.audit import Actor
from eal.core.caller import Role
from eal.core.clock import Instant

PERSONAL = frozenset({"email", "name"})
"""Personal data: the audit log shows commitments to these fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """`salt` is for the audit log's commitments; the API never returns it."""

    id: str
    email: str
    role: Role
    status: Literal["invited", "active"]
    invited_at: Instant
    invited_by: Actor
    version: int
    salt: str
    name: str | None = None
    last_signed_in_at: Instant | None = None
