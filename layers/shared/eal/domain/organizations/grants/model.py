"""A grant: the resources of a child that its parent may read, and until when."""

from dataclasses import dataclass
from datetime import datetime

from eal.core.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The grant of a child; without resources if the child has granted nothing."""

    resources: tuple[str, ...] = ()
    expires_at: Instant | None = None

    def covers(self, resource: str, now: datetime) -> bool:
        return resource in self.resources and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenGrant(Grant):
    """A stored grant. `organization_id` is the child that gave it."""

    id: str
    organization_id: str
    parent_id: str
    created_at: Instant
    updated_at: Instant
    version: int
