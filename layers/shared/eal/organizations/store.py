"""Organizations and grants in the State table."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import cast

from eal import audit, ids
from eal.caller import SCOPES, Caller
from eal.errors import Json, NotFound
from eal.keys import store as keys
from eal.keys.model import ApiKey
from eal.organizations.model import Grant, Organization
from eal.table.item import dump, load
from eal.table.keys import Key, key
from eal.table.read import get, get_all


def at(organization_id: str) -> Key:
    """`org_…#both#ORGANIZATION`, `org_…`: an organization belongs to both modes."""
    return key(organization_id, "both", "ORGANIZATION", organization_id)


def grant_at(child_id: str, parent_id: str) -> Key:
    """`org_child#both#GRANT`, `org_parent`."""
    return key(child_id, "both", "GRANT", parent_id)


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
    """A new organization with its first live admin key (and its text), in the caller's write.

    The caller's `organization_id` is the new organization's id: it is the tenant that the records belong to.
    """
    new = Organization(
        id=by.organization_id,
        name=name,
        created_at=by.at,
        version=1,
        parent_organization_id=parent_organization_id,
    )
    by.write.create({**at(new.id)._asdict(), "kind": "ORGANIZATION", **dump(new)})
    admin, text = keys.make(
        by, organization_id=new.id, mode="live", name="First admin key", scopes=(SCOPES[-1],)
    )
    keys.count_door_keys(by, new.id, 1)
    by.write.audit("organization.created", new.id, audit.changes({}, {"name": name}))
    return new, admin, text


def put_grant(child_id: str, parent_id: str, grant: Grant, by: Caller) -> None:
    """Let the parent read the child's resources, as `grant` says."""
    by.write.create({**grant_at(child_id, parent_id)._asdict(), "kind": "GRANT", **dump(grant)})
    shown = {name: str(value) for name, value in asdict(grant).items() if value}
    by.write.audit("grant.created", parent_id, audit.changes({}, shown))


def find_child_grant(parent_id: str, child_id: str) -> Grant | None:
    """What the child has granted the parent: one round trip. None where it is not the parent's child."""
    if not ids.is_id("org", child_id):
        return None
    child, grant = get_all([at(child_id), grant_at(child_id, parent_id)])
    if child is None or child.get("parent_organization_id") != parent_id:
        return None
    return load(Grant, grant) if grant else Grant()


_RECENT = timedelta(minutes=1)
_MOST_RECENT = 1000
_recent: dict[str, tuple[datetime, dict[str, Json] | None]] = {}


def recent_service_area(organization_id: str, now: datetime) -> dict[str, Json] | None:
    """The organization's service area, up to a minute old, for scores: a process keeps it.

    Every write of a lead scores it, and would cost one more read each time.
    """
    known = _recent.get(organization_id)
    if known is None or now - known[0] >= _RECENT:
        item = get(at(organization_id))
        settings = load(Organization, item).settings if item else {}
        known = (now, cast("dict[str, Json] | None", settings.get("service_area")))
        if len(_recent) >= _MOST_RECENT:
            _recent.clear()
        _recent[organization_id] = known
    return known[1]
