"""An organization: one tenant."""

from dataclasses import dataclass, field

from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.tenancy import Mode
from eal.domain.organizations.subscriptions import Subscription

INDUSTRY = "restoration"

PERSONAL_SETTINGS = frozenset({"settings.on_call", "settings.sender"})
"""Fields that are personal data: the audit log shows commitments to them. An organization's own name is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One tenant. `settings` has the shape of `settings.wire.SettingsView`, and holds what was set.

    `subscriptions` are what it pays for, in each mode, that which counts first; its billing alone changes them.
    `salt` is for the audit log's commitments: it is stored here and nowhere else, and never shown.
    """

    id: str
    name: str
    created_at: Instant
    version: int
    industry: str = INDUSTRY
    parent_organization_id: str | None = None
    settings: dict[str, Json] = field(default_factory=dict)
    subscriptions: dict[Mode, tuple[Subscription, ...]] = field(default_factory=dict)
    salt: str | None = None
