"""Organizations and grants in the State table. Pointers in the parent's partition are what lists of children walk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple, cast

from eal import audit, ids
from eal.caller import SCOPES
from eal.errors import InsufficientScope, NotFound
from eal.keys import store as keys
from eal.organizations.model import (
    INDUSTRY,
    PERSONAL_SETTINGS,
    GivenGrant,
    Grant,
    Organization,
    Subscription,
    with_subscription,
)
from eal.table import page
from eal.table.item import dump, load
from eal.table.keys import Key, key, partition
from eal.table.page import Few, Page, Partition
from eal.table.read import get, get_all

if TYPE_CHECKING:
    from datetime import datetime

    from eal.caller import Caller
    from eal.errors import Json
    from eal.keys.model import ApiKey
    from eal.listing import ListQuery
    from eal.organizations.wire import GrantPut, OrganizationCreate, OrganizationUpdate, SettingsBody
    from eal.table.item import Item

CHILDREN_A_READ = 33
"""So many children with up to three items each are read in one transaction."""


def at(organization_id: str) -> Key:
    """`org_…#both#ORGANIZATION`, `org_…`: an organization belongs to both modes."""
    return key(organization_id, "both", "ORGANIZATION", organization_id)


def pointer_at(parent_id: str, child_id: str) -> Key:
    """`org_parent#both#CHILD`, `org_child`."""
    return key(parent_id, "both", "CHILD", child_id)


def grant_at(child_id: str, parent_id: str) -> Key:
    """`org_child#both#GRANT`, `org_parent`."""
    return key(child_id, "both", "GRANT", parent_id)


def may_change(by: Caller) -> None:
    """Raises: InsufficientScope for a test key."""
    if by.mode == "test":
        raise InsufficientScope(
            "Organizations, members and grants belong to both modes: a test key cannot change them.",
            reason="test_key",
        )


# ---------------------------------------------------------------- one organization


def current(by: Caller) -> Organization:
    """The caller's own organization.

    Raises: NotFound.
    """
    item = get(at(by.organization_id))
    if item is None:
        raise NotFound(f"There is no organization {by.organization_id}.")
    return load(Organization, item)


def create(
    name: str, by: Caller, *, parent_organization_id: str | None = None
) -> tuple[Organization, ApiKey, str]:
    """A new organization with its first live admin key (and its text), in the caller's write: for the operator's tools.

    The caller's `organization_id` is the new organization's id: it is the tenant that the records belong to.
    """
    new = Organization(
        id=by.organization_id,
        name=name,
        created_at=by.at,
        version=1,
        parent_organization_id=parent_organization_id,
        salt=audit.new_salt(),
    )
    admin, text = _found(new, by, also_for=parent_organization_id)
    return new, admin, text


def create_child(body: OrganizationCreate, by: Caller) -> tuple[Organization, ApiKey, str]:
    """A new organization below the caller's, with its first live admin key and its text.

    Raises: InsufficientScope, also for a key that ends or is bound to networks: the child's admin key is neither.
    """
    may_change(by)
    keys.may_give_unbounded(by)
    new = Organization(
        id=ids.new("org", by.at),
        name=body.name,
        created_at=by.at,
        version=1,
        industry=body.industry,
        parent_organization_id=by.organization_id,
        settings=_with_settings({}, body.settings),
        salt=audit.new_salt(),
    )
    admin, text = _found(new, by, also_for=new.id)
    return new, admin, text


def _found(new: Organization, by: Caller, *, also_for: str | None) -> tuple[ApiKey, str]:
    by.write.create(_item(new))
    if new.parent_organization_id:
        place = pointer_at(new.parent_organization_id, new.id)
        by.write.create({**place._asdict(), "kind": "CHILD", "id": new.id})
    admin, text = keys.make(
        by, organization_id=new.id, mode="live", name="First admin key", scopes=(SCOPES[-1],)
    )
    keys.count_permanent_admins(by, new.id, 1)
    given: Item = {
        "name": new.name,
        "industry": new.industry,
        "parent_organization_id": new.parent_organization_id,
        **{f"settings.{name}": value for name, value in new.settings.items()},
    }
    changes = audit.changes({}, given, personal=PERSONAL_SETTINGS, salt=new.salt)
    by.write.audit("organization.created", new.id, changes, also_for=also_for)
    given = {"name": admin.name, "mode": admin.mode, "scopes": admin.scopes}
    by.write.audit("api_key.created", admin.id, audit.changes({}, given), also_for=also_for)
    return admin, text


def update(old: Organization, body: OrganizationUpdate, by: Caller) -> Organization:
    """The organization with what the body gives; what it gives as null is as if it were never set.

    `old` is the caller's own, or a child of it.
    Raises: InsufficientScope, PreconditionFailed.
    """
    may_change(by)
    by.write.check_if_match(old.version)
    new = old
    if body.name is not None:
        new = replace(new, name=body.name)
    if "industry" in body.model_fields_set:
        new = replace(new, industry=body.industry or INDUSTRY)
    if "settings" in body.model_fields_set:
        new = replace(new, settings=_with_settings(old.settings, body.settings))
    before, after = _audited(old), _audited(new)
    if before == after:
        return old
    salt = old.salt or audit.new_salt()
    new = replace(new, version=old.version + 1, salt=salt)
    by.write.replace(_item(new), was=old.version)
    other = new.id if new.id != by.organization_id else None
    changes = audit.changes(before, after, personal=PERSONAL_SETTINGS, salt=salt)
    by.write.audit("organization.updated", new.id, changes, also_for=other)
    return new


def _with_settings(old: dict[str, Json], given: SettingsBody | None) -> dict[str, Json]:
    """The stored settings with those that are given; null takes one, or all of them, away."""
    if given is None:
        return {}
    members: dict[str, Json] = given.model_dump(
        mode="json", by_alias=True, include=given.model_fields_set, exclude_none=True
    )
    kept = {name: value for name, value in old.items() if name not in given.model_fields_set}
    return {**kept, **members}


def _audited(organization: Organization) -> Item:
    """What can be changed, settings as they are shown: one that is set to its default has not changed."""
    # Here and not above: leads read an organization's service area, and their cold starts would pay for the models.
    from eal.organizations.wire import SettingsView

    shown = SettingsView.model_validate(organization.settings).model_dump(mode="json", by_alias=True)
    return {
        "name": organization.name,
        "industry": organization.industry,
        **{f"settings.{name}": value for name, value in shown.items()},
    }


def bill(told: Subscription, organization_id: str, by: Caller) -> bool:
    """Take in what an event says of a subscription of the caller's own organization or a child's, in the caller's mode.

    False where it says nothing new: it has come before, or a newer one has.
    Raises: NotFound for an organization that is neither.
    """
    own = organization_id == by.organization_id
    old = current(by) if own else find_child(organization_id, by)
    before = old.subscriptions.get(by.mode, ())
    after = with_subscription(before, told)
    if after == before:
        return False
    new = replace(old, subscriptions={**old.subscriptions, by.mode: after}, version=old.version + 1)
    by.write.replace(_item(new), was=old.version)
    changes = audit.changes(_audited_subscription(before, told.id), _audited_subscription(after, told.id))
    by.write.audit("organization.billed", new.id, changes, also_for=None if own else new.id)
    return True


def _audited_subscription(subscriptions: tuple[Subscription, ...], subscription_id: str) -> Item:
    fields = ("id", "event_id", "status", "plan", "current_period_end", "cancel_at_period_end")
    found = next((dump(one) for one in subscriptions if one.id == subscription_id), {})
    return {f"subscription.{name}": value for name, value in found.items() if name in fields}


def _item(organization: Organization) -> Item:
    return {**at(organization.id)._asdict(), "kind": "ORGANIZATION", **dump(organization)}


# ---------------------------------------------------------------- children


class Child(NamedTuple):
    organization: Organization
    grant: GivenGrant | None


def search(query: ListQuery, by: Caller) -> Page[Child]:
    """The caller's children, newest first, each with what it has granted the caller."""
    found = child_ids(query, by)
    children: list[Child] = []
    for some in batched(found.items, CHILDREN_A_READ, strict=False):
        places = [place for one in some for place in (at(one), grant_at(one, by.organization_id))]
        for child, grant in batched(get_all(places), 2, strict=True):
            if child:
                children.append(Child(load(Organization, child), load(GivenGrant, grant) if grant else None))
    return Page(children, found.next_cursor)


def child_ids(query: ListQuery, by: Caller) -> Page[str]:
    """The ids of the caller's children, newest first."""
    where = Partition(base=partition(by.organization_id, "both", "CHILD"), id_prefix="org")
    return page.read(by, query, where, lambda item: cast("str", item["id"]))


def find_child(organization_id: str, by: Caller) -> Organization:
    """A child of the caller's organization.

    Raises: NotFound for any other one, the caller's own included.
    """
    item = get(at(organization_id)) if ids.is_id("org", organization_id) else None
    if item is None or item.get("parent_organization_id") != by.organization_id:
        raise NotFound(f"There is no organization {organization_id[:40]} below yours.")
    return load(Organization, item)


# ---------------------------------------------------------------- grants


def put_grant(
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
    if before:
        by.write.replace(item, was=before.version)
    else:
        by.write.create(item)
    changes = audit.changes(_audited_grant(before), _audited_grant(after))
    by.write.audit("grant.updated" if before else "grant.created", after.id, changes, also_for=parent_id)
    return after


def give(parent_id: str, body: GrantPut, by: Caller) -> GivenGrant:
    """Let the caller's parent read what the body names, and nothing else.

    Raises: InsufficientScope; NotFound where it is not the caller's parent; PreconditionFailed; ValidationFailed for
    an end that has passed.
    """
    may_change(by)
    before = _given(parent_id, by)
    by.write.check_if_match(before.version if before else 0)
    keys.check_end(body.expires_at, by.at)
    grant = Grant(resources=tuple(dict.fromkeys(body.resources)), expires_at=body.expires_at)
    if before and (set(before.resources), before.expires_at) == (set(grant.resources), grant.expires_at):
        return before
    return put_grant(by.organization_id, parent_id, grant, by, before=before)


def revoke(parent_id: str, by: Caller) -> None:
    """Let the parent read nothing any more, from its very next request on.

    Raises: InsufficientScope, PreconditionFailed; NotFound where nothing is granted to it.
    """
    may_change(by)
    before = _given(parent_id, by)
    if before is None:
        raise NotFound("Your organization has granted this one nothing.")
    by.write.delete(grant_at(by.organization_id, parent_id), was=before.version)
    by.write.audit(
        "grant.revoked", before.id, audit.changes(_audited_grant(before), {}), also_for=before.parent_id
    )


def search_grants(query: ListQuery, by: Caller) -> Page[GivenGrant]:
    """What the caller's organization has granted: one grant at most, as it has one parent at most."""
    parent_id = current(by).parent_organization_id
    item = get(grant_at(by.organization_id, parent_id)) if parent_id else None
    grants = [load(GivenGrant, item)] if item else []
    return page.few(by, query, [Few(one.id, one.created_at, one) for one in grants])


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
        raise NotFound(f"{parent_id[:40]} is not the organization above yours.")
    return load(GivenGrant, grant) if grant else None


def _audited_grant(grant: GivenGrant | None) -> Item:
    if grant is None:
        return {}
    fields = ("organization_id", "parent_id", "resources", "expires_at")
    return {name: value for name, value in dump(grant).items() if name in fields}


# ---------------------------------------------------------------- what calls and leads ask


def ai_is_enabled(organization_id: str) -> bool:
    """Whether engines may judge the organization's calls."""
    return cast("dict[str, bool]", _settings(organization_id).get("ai", {})).get("enabled", True)


def service_area_of(organization_id: str) -> dict[str, Json] | None:
    """The organization's service area, as it is now."""
    return cast("dict[str, Json] | None", _settings(organization_id).get("service_area"))


def _settings(organization_id: str) -> dict[str, Json]:
    item = get(at(organization_id))
    return load(Organization, item).settings if item else {}


_RECENT = timedelta(minutes=1)
_MOST_RECENT = 1000
_recent: dict[str, tuple[datetime, dict[str, Json] | None]] = {}


def recent_service_area(organization_id: str, now: datetime) -> dict[str, Json] | None:
    """The organization's service area, up to a minute old, for scores: a process keeps it.

    Every write of a lead scores it, and would cost one more read each time.
    """
    known = _recent.get(organization_id)
    if known is None or now - known[0] >= _RECENT:
        known = (now, service_area_of(organization_id))
        if len(_recent) >= _MOST_RECENT:
            _recent.clear()
        _recent[organization_id] = known
    return known[1]
