"""Grants in the State table. A child has at most one, because it has at most one parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import NotFound
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.page import Page, PageEntry
from eal.core.table.read import get, get_all
from eal.domain.api_keys import store as keys
from eal.domain.credentials.bounds import require_unbounded_key
from eal.domain.organization_settings.table_keys import grant_key, organization_key
from eal.domain.organizations import store as organizations
from eal.domain.organizations.grants.model import GivenGrant, Grant

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.domain.organizations.grants.wire import GrantPut


def put(
    child_id: str, parent_id: str, grant: Grant, by: Caller, *, before: GivenGrant | None = None
) -> GivenGrant:
    """Store the grant, in place of `before`, without checks."""
    after = GivenGrant(
        id=before.id if before else ids.new("grant", by.at),
        organization_id=child_id,
        parent_id=parent_id,
        resources=grant.resources,
        expires_at=grant.expires_at,
        created_at=before.created_at if before else by.at,
        updated_at=by.at,
        version=before.version + 1 if before else 1,
    )
    item: Item = {**grant_key(child_id, parent_id)._asdict(), "kind": "GRANT", **dump(after)}
    by.transaction.put_version(item, was=before.version if before else 0)
    changes = audit.changes(_audited(before), _audited(after))
    by.transaction.audit(
        "grant.updated" if before else "grant.created", after.id, changes, also_for=parent_id
    )
    return after


def give(parent_id: str, body: GrantPut, by: Caller) -> GivenGrant:
    """Grant the caller's parent exactly the resources in the body.

    Raises: InsufficientScope, also for a key that expires before the grant or is bound to networks, because the
    parent's keys are not; NotFound if `parent_id` is not the caller's parent; PreconditionFailed; ValidationFailed for
    an expiry in the past.
    """
    organizations.require_live_key(by)
    before = _given(parent_id, by)
    by.transaction.check_if_match(before.version if before else 0)
    keys.check_expiry(body.expires_at, by.at)
    require_unbounded_key(by, until=body.expires_at)
    grant = Grant(resources=tuple(dict.fromkeys(body.resources)), expires_at=body.expires_at)
    if before and (set(before.resources), before.expires_at) == (set(grant.resources), grant.expires_at):
        return before
    return put(by.organization_id, parent_id, grant, by, before=before)


def revoke(parent_id: str, by: Caller) -> None:
    """Revoke the caller's grant to the parent: the parent's next request is refused.

    Raises: InsufficientScope, PreconditionFailed; NotFound without a grant.
    """
    organizations.require_live_key(by)
    before = _given(parent_id, by)
    if before is None:
        raise NotFound("There is no grant to this organization.")
    by.transaction.delete(grant_key(by.organization_id, parent_id), was=before.version)
    by.transaction.audit(
        "grant.revoked", before.id, audit.changes(_audited(before), {}), also_for=before.parent_id
    )


def search(query: ListQuery, by: Caller) -> Page[GivenGrant]:
    """The grants of the caller's organization: one, or none."""
    parent_id = organizations.current(by).parent_organization_id
    item = get(grant_key(by.organization_id, parent_id)) if parent_id else None
    grants = [load(GivenGrant, item)] if item else []
    return page.paginate_in_memory(
        by.tenant, query, [PageEntry(grant.id, grant.created_at, grant) for grant in grants]
    )


def find_child_grant(parent_id: str, child_id: str) -> Grant | None:
    """The child's grant to the parent, in one round trip. None if it is not a child of the parent."""
    if not ids.is_id("org", child_id):
        return None
    child, grant = get_all([organization_key(child_id), grant_key(child_id, parent_id)])
    if child is None or child.get("parent_organization_id") != parent_id:
        return None
    return load(Grant, grant) if grant else Grant()


def _given(parent_id: str, by: Caller) -> GivenGrant | None:
    """The caller's grant to its parent, or None.

    Raises: NotFound if `parent_id` is not the caller's parent.
    """
    own, grant = None, None
    if ids.is_id("org", parent_id):
        own, grant = get_all([organization_key(by.organization_id), grant_key(by.organization_id, parent_id)])
    if own is None or own.get("parent_organization_id") != parent_id:
        raise NotFound(f"{ids.shown(parent_id)} is not the parent of your organization.")
    return load(GivenGrant, grant) if grant else None


def _audited(grant: GivenGrant | None) -> Item:
    if grant is None:
        return {}
    fields = ("organization_id", "parent_id", "resources", "expires_at")
    return {name: value for name, value in dump(grant).items() if name in fields}
