"""An organization, and the pointer by which its parent finds it."""

from dataclasses import dataclass, field

from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.tenancy import Mode
from eal.domain.organizations.subscriptions import Subscription

INDUSTRY = "restoration"

PERSONAL_SETTINGS = frozenset({"settings.on_call", "settings.sender", "settings.dispatch.alerts.last_resort"})
"""Personal data: the audit log shows commitments to these fields. An organization's own name is not personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """`settings` has the shape of `organization_settings.wire.SettingsView`, and contains only what was set.

    `subscriptions` are the organization's subscriptions by mode, the effective one first. Only billing events change
    them. `max_requests_per_minute` is the highest rate limit of one API key, and `may_have_children` is whether a child
    may create children; only the operator sets these. `salt` is for the audit log's commitments: it is stored only
    here, and the API never returns it.
    """

    id: str
    name: str
    created_at: Instant
    version: int
    industry: str = INDUSTRY
    parent_organization_id: str | None = None
    settings: dict[str, Json] = field(default_factory=dict)
    subscriptions: dict[Mode, tuple[Subscription, ...]] = field(default_factory=dict)
    max_requests_per_minute: int | None = None
    may_have_children: bool = False
    salt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPointer:
    """The item by which a parent finds its child."""

    id: str
