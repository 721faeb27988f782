"""An organization and what it grants its parent."""

from dataclasses import dataclass, field
from datetime import datetime

from eal.clock import Instant
from eal.errors import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One tenant. `settings` has the shape of `wire.SettingsView`."""

    id: str
    name: str
    created_at: Instant
    version: int
    industry: str = "restoration"
    parent_organization_id: str | None = None
    settings: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a child lets its parent read; nothing, for a child that has granted nothing."""

    resources: tuple[str, ...] = ()
    expires_at: Instant | None = None

    def covers(self, resource: str, now: datetime) -> bool:
        return resource in self.resources and (self.expires_at is None or now < self.expires_at)
