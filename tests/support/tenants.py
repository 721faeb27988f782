"""Tenants with real keys, created by the product's own code.

Creating a tenant takes moto longer than most tests take. So each process creates the first, second, … tenant of a test
once, and puts the same items into the tables of the tests after it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.core import clock, ids, settings, tenancy
from eal.core.caller import Caller, Scope, system
from eal.domain.api_keys import quota
from eal.domain.api_keys import store as keys
from eal.domain.api_keys.model import MAX_REQUESTS_PER_MINUTE
from eal.domain.families import store as families
from eal.domain.families.model import FamilyLimits
from eal.domain.organizations import founding
from eal.domain.organizations import store as organizations
from tests.support import stored_items
from tests.support.time import START

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Mode
    from tests.support.stored_items import Added

_real_now = clock.now


def operator(organization_id: str) -> Caller:
    """The caller that creates a tenant: the operator's tool."""
    return system("tests", organization_id, "tests")


def raise_limit(organization_id: str) -> None:
    """Let the organization's keys have the highest rate limit, as the operator can."""
    by = operator(organization_id)
    organizations.limit_keys(MAX_REQUESTS_PER_MINUTE, by)
    by.transaction.commit()


def limit_family(organization_id: str, **limits: int) -> None:
    """Give an organization and those below it other limits, as the operator can."""
    by = operator(organization_id)
    families.limit(FamilyLimits(**limits), by)
    by.transaction.commit()


def allow_children(organization_id: str) -> None:
    """Let a child have children, as the operator can."""
    by = operator(organization_id)
    organizations.allow_children(by)
    by.transaction.commit()


@dataclass(frozen=True, slots=True)
class Tenant:
    id: str
    admin: str
    write: str
    read: str
    test_admin: str
    admin_id: str

    def in_mode(self, mode: Mode) -> tenancy.Tenant:
        return tenancy.Tenant(self.id, mode)


type _Kind = tuple[str, str | None, datetime | None]
"""The name, the parent, and the frozen time if there is one."""

_made: dict[_Kind, list[tuple[Tenant, Added]]] = defaultdict(list)


_children: list[tuple[Tenant, Added]] = []
"""Children that new_child made in this process."""


def new_tenant(name: str = "Acme Restoration", parent: str | None = None) -> Tenant:
    """An organization with keys of every scope."""
    frozen = None if clock.now is _real_now else clock.now()
    if parent or frozen not in (None, START):  # a child changes the numbers of its family
        return _new_tenant(name, parent)
    made, newest = _made[name, parent, frozen], stored_items.last_partition(settings.state_table(), "org_")
    for tenant, added in made:
        if tenant.id > newest:  # so that a test's tenants are in the order in which it asks for them
            added.store()
            return tenant
    with stored_items.recorded((settings.state_table(), settings.access_table())) as added:
        tenant = _new_tenant(name, parent)
    made.append((tenant, added))
    return tenant


def new_child() -> Tenant:
    """A child of another new organization, which may have children itself."""
    if not _children:
        with stored_items.recorded((settings.state_table(), settings.access_table())) as added:
            child = _new_tenant("Acme Restoration", new_tenant("Network").id)
            allow_children(child.id)
        _children.append((child, added))
        return child
    [(child, added)] = _children
    added.store()
    return child


def _new_tenant(name: str, parent: str | None) -> Tenant:
    organization_id = ids.new("org", clock.now())
    by = operator(organization_id)
    _, admin, admin_text = founding.create(name, by, parent_organization_id=parent)
    by.transaction.commit()
    texts = {}
    key_specs: list[tuple[str, Mode, Scope]] = [
        ("write", "live", "write"),
        ("read", "live", "read"),
        ("test", "test", "admin"),
    ]
    for label, mode, scope in key_specs:
        by = operator(organization_id)
        new, texts[label] = keys.create(
            by, tenant=tenancy.Tenant(organization_id, mode), name=label, scopes=(scope,)
        )
        quota.claim(new, by)
        by.transaction.audit("api_key.created", organization_id)
        by.transaction.commit()
    return Tenant(organization_id, admin_text, texts["write"], texts["read"], texts["test"], admin.id)
