"""Request and response models for grants."""

from __future__ import annotations

from typing import Annotated, Literal

from eal.core.clock import Instant
from eal.core.listing import PageView
from eal.core.schema import ConfigDict, Field
from eal.core.wire import Wire

type Grantable = Literal[
    "leads",
    "prospects",
    "calls",
    "content",
    "outreach",
    "claims",
    "reviews",
    "audit-log",
    "webhooks",
    "events",
]
"""Resources that a child can grant. Its keys, integrations, members and grants are never among them.

Two of them include others: `events` contain the data of leads, calls and keys (without their text), and `audit-log`
contains every change, with personal values masked.
"""


class GrantPut(Wire):
    """The complete list of resources that the parent may read. It replaces the earlier list."""

    model_config = ConfigDict(extra="forbid")

    resources: Annotated[list[Grantable], Field(min_length=1, max_length=20)]
    """Resources that the parent may read. `events` includes the data of leads, calls and API keys (without their text),
    even if those resources are not granted. `audit-log` includes every change, with personal values masked."""
    expires_at: Instant | None = None
    """Must be in the future. Null if the grant does not expire."""


class GrantView(Wire):
    """`organization_id` is the child that gave the grant. The grant ends at `expires_at`."""

    id: str
    organization_id: str
    """The id of the child that gave the grant."""
    parent_id: str
    """The id of the parent to which it was given."""
    resources: list[str]
    """Resources that the parent may read, such as `leads` or `calls`."""
    expires_at: Instant | None
    """When the grant ends. Null if it does not expire."""
    created_at: Instant
    updated_at: Instant
    version: int


class GrantPage(PageView[GrantView]):
    pass
