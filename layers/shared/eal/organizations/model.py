"""An organization, what it grants its parent, and who is a member of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal

from eal.audit import Actor
from eal.clock import Instant
from eal.errors import Json
from eal.table.keys import Mode

INDUSTRY = "restoration"

PERSONAL_SETTINGS = frozenset({"settings.on_call", "settings.sender"})
PERSONAL_OF_A_MEMBER = frozenset({"email", "name"})
"""Fields that are personal data: the audit log shows commitments to them. An organization's own name is not."""


SUBSCRIPTIONS_KEPT = 10
_STANDING: Final = {
    "active": 3, "trialing": 3, "past_due": 3,
    "unpaid": 2, "paused": 2, "incomplete": 1,
    "canceled": 0, "incomplete_expired": 0,
}  # fmt: skip
"""Stripe's statuses: of several subscriptions, the one that stands highest is the tenant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What the tenant's billing says of one subscription, by its newest event.

    `order` sorts its events by their own times; `terms_order` is that of the newest event that named plan or period.
    """

    id: str
    event_id: str
    order: str
    terms_order: str
    status: str
    began_at: Instant | None = None
    plan: str | None = None
    current_period_end: Instant | None = None
    cancel_at_period_end: bool = False


def newest(one: Subscription, other: Subscription) -> Subscription:
    """What two events say of one subscription, in whatever order they came."""
    last = max(one, other, key=lambda each: each.order)
    terms = max(one, other, key=lambda each: each.terms_order)
    return replace(
        last,
        terms_order=terms.terms_order,
        plan=terms.plan,
        current_period_end=terms.current_period_end,
        began_at=last.began_at or one.began_at or other.began_at,
    )


def with_subscription(known: Sequence[Subscription], told: Subscription) -> tuple[Subscription, ...]:
    """The subscriptions with what an event says of one of them, that which counts first."""
    same = [newest(one, told) for one in known if one.id == told.id] or [told]
    others = [one for one in known if one.id != told.id]
    return tuple(sorted([*same, *others], key=_standing, reverse=True)[:SUBSCRIPTIONS_KEPT])


def _standing(one: Subscription) -> tuple[int, datetime, str]:
    return _STANDING.get(one.status, 1), one.began_at or datetime.min.replace(tzinfo=UTC), one.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One tenant. `settings` has the shape of `wire.SettingsView`, and holds what was set.

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
