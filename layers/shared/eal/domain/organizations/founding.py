"""New organizations, each with its first admin key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.caller import SCOPES
from eal.core.errors import InsufficientScope
from eal.core.tenancy import Tenant
from eal.domain.api_keys import quota
from eal.domain.api_keys import store as keys
from eal.domain.credentials.bounds import require_unbounded_key
from eal.domain.families import store as families
from eal.domain.families.model import Numbers
from eal.domain.organizations import children
from eal.domain.organizations.model import PERSONAL_SETTINGS, ChildPointer, Organization
from eal.domain.organizations.store import audited_settings, current, item_of, require_live_key, with_settings

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.domain.api_keys.model import ApiKey
    from eal.domain.organizations.wire import OrganizationCreate


def create(
    name: str, by: Caller, *, parent_organization_id: str | None = None
) -> tuple[Organization, ApiKey, str]:
    """A new organization with its first live admin key and the key's text, in the caller's transaction. For the
    operator's tools.

    The caller's `organization_id` is the new organization's id, because the audit records belong to that tenant.
    Raises: NotFound for a parent that does not exist.
    """
    if parent_organization_id:
        families.add(
            families.of(parent_organization_id), Numbers(children=1, live_keys=1), by, is_limited=False
        )
    else:
        families.begin(by.organization_id, by)
    new = Organization(
        id=by.organization_id,
        name=name,
        created_at=by.at,
        version=1,
        parent_organization_id=parent_organization_id,
        salt=audit.new_salt(),
    )
    admin, text = _write_new(new, by, also_for=parent_organization_id)
    return new, admin, text


def create_child(body: OrganizationCreate, by: Caller) -> tuple[Organization, ApiKey, str]:
    """A new child of the caller's organization, with its first live admin key and the key's text. Its keys may have the
    rate limits that its parent's keys may have.

    Raises: InsufficientScope, also for a key with an expiry or networks, because the child's admin key has neither, and
    for a child that the operator has not allowed to have children; Conflict if the caller's family has too many
    children or keys; ValidationFailed for an AI budget above that of the family.
    """
    require_live_key(by)
    require_unbounded_key(by)
    parent = current(by)
    if parent.parent_organization_id and not parent.may_have_children:
        raise InsufficientScope(
            "Your organization is a child, which cannot create children. Let its parent create them, or contact us.",
            reason="child",
        )
    new = Organization(
        id=ids.new("org", by.at),
        name=body.name,
        created_at=by.at,
        version=1,
        industry=body.industry,
        parent_organization_id=by.organization_id,
        settings=with_settings({}, body.settings),
        max_requests_per_minute=parent.max_requests_per_minute,
        salt=audit.new_salt(),
    )
    step = Numbers(children=1, live_keys=1, ai_budget_cents=families.budget_cents(new.settings))
    families.add(families.of(parent.id), step, by)
    admin, text = _write_new(new, by, also_for=new.id)
    return new, admin, text


def _write_new(new: Organization, by: Caller, *, also_for: str | None) -> tuple[ApiKey, str]:
    by.transaction.create(item_of(new))
    if new.parent_organization_id:
        parent = Tenant(new.parent_organization_id, "live")
        by.transaction.create(children.POINTERS.item(parent, ChildPointer(id=new.id)))
    admin, text = keys.create(by, tenant=Tenant(new.id, "live"), name="First admin key", scopes=(SCOPES[-1],))
    keys.count_permanent_admins(by, new.id, 1)
    quota.begin(admin, by)
    given: Item = {
        "name": new.name,
        "industry": new.industry,
        "parent_organization_id": new.parent_organization_id,
        **audited_settings(new.settings),
    }
    changes = audit.changes({}, given, personal=PERSONAL_SETTINGS, salt=new.salt)
    by.transaction.audit("organization.created", new.id, changes, also_for=also_for)
    given = {"name": admin.name, "mode": admin.mode, "scopes": admin.scopes}
    by.transaction.audit("api_key.created", admin.id, audit.changes({}, given), also_for=also_for)
    return admin, text
