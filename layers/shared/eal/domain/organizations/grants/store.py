"""Grants in the State table: one of a child at most, as it has one parent at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import NotFound
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.page import Entry, Page
from eal.core.table.read import get, get_all
from eal.domain.api_keys import store as keys
from eal.domain.organization_settings.table_keys import at, grant_at
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
    """Let the parent read the child's resources, as `grant` says, in place of what `before` said."""
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
    item: Item = {**grant_at(child_id, parent_id)._asdict(), "kind": "GRANT", **dump(after)}
    by.transaction.put_version(item, was=before.version if before else 0)
    changes = audit.changes(_audited(before), _audited(after))
    by.transaction.audit(
        "grant.updated" if before else "grant.created", after.id, changes, also_for=parent_id
    )
    return after


def give(parent_id: str, body: GrantPut, by: Caller) -> GivenGrant:
    """Let the caller's parent read what the body names, and nothing else.

    Raises: InsufficientScope; NotFound where it is not the caller's parent; PreconditionFailed; ValidationFailed for
    an end that has passed.
    """
    organizations.may_change(by)
    before = _given(parent_id, by)
    by.transaction.check_if_match(before.version if before else 0)
    keys.check_end(body.expires_at, by.at)
    grant = Grant(resources=tuple(dict.fromkeys(body.resources)), expires_at=body.expires_at)
    if before and (set(before.resources), before.expires_at) == (set(grant.resources), grant.expires_at):
        return before
    return put(by.organization_id, parent_id, grant, by, before=before)


def revoke(parent_id: str, by: Caller) -> None:
    """Let the parent read nothing any more, from its very next request on.

    Raises: InsufficientScope, PreconditionFailed; NotFound where nothing is granted to it.
    """
    organizations.may_change(by)
    before = _given(parent_id, by)
    if before is None:
        raise NotFound("There is no grant to this organization.")
    by.transaction.delete(grant_at(by.organization_id, parent_id), was=before.version)
    by.transaction.audit(
        "grant.revoked", before.id, audit.changes(_audited(before), {}), also_for=before.parent_id
    )


def search(query: ListQuery, by: Caller) -> Page[GivenGrant]:
    """What the caller's organization has granted: one grant at most, as it has one parent at most."""
    parent_id = organizations.current(by).parent_organization_id
    item = get(grant_at(by.organization_id, parent_id)) if parent_id else None
    grants = [load(GivenGrant, item)] if item else []
    return page.paginate_in_memory(by.tenant, query, [Entry(one.id, one.created_at, one) for one in grants])


def find_child_grant(parent_id: str, child_id: str) -> Grant | None:
    """What the child has granted the parent: one round trip. None where it is not the parent's child."""
    if not ids.is_id("org", child_id):
        return None
    child, grant = get_all([at(child_id), grant_at(child_id, parent_id)])
    if child is None or child.get("parent_organization_id") != parent_id:
        return None
    return load(Grant, grant) if grant else Grant()


def _given(parent_id: str, by: Caller) -> GivenGrant | None:
    """What the caller has granted its parent.

    Raises: NotFound where it is not the caller's parent.
    """
    own, grant = None, None
    if ids.is_id("org", parent_id):
        own, grant = get_all([at(by.organization_id), grant_at(by.organization_id, parent_id)])
    if own is None or own.get("parent_organization_id") != parent_id:
        raise NotFound(f"{parent_id[:40]} is not the parent of your organization.")
    return load(GivenGrant, grant) if grant else None


def _audited(grant: GivenGrant | None) -> Item:
    if grant is None:
        return {}
    fields = ("organization_id", "parent_id", "resources", "expires_at")
    return {name: value for name, value in dump(grant).items() if name in fields}
