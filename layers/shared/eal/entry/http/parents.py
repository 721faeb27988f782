"""`X-EAL-Organization`: a parent reads the data that a child has granted it. It never writes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import ids, observe
from eal.core.errors import GrantRequired, NotFound
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.organizations.grants.wire import Grantable


def read_for_child(caller: Caller, child_id: str, resource: Grantable | None, method: str) -> Caller:
    """The caller with the child as its tenant, in the same mode. `resource` is None if it cannot be granted.

    Raises: NotFound for an organization that is not the caller's child; GrantRequired for a write, for a resource that
    cannot be granted, or without a current grant for the resource.
    """
    # Imported here: few requests come from parents, and every cold start would pay for the models of keys.
    from eal.domain.organizations.grants import store

    grant = store.find_child_grant(caller.organization_id, child_id)
    if grant is None:
        raise NotFound(f"Your organization has no child {ids.shown(child_id)}.")
    if method != "GET":
        raise read_only()
    if resource is None:
        raise GrantRequired(
            "A child cannot grant its parent access to this resource.", reason="not_grantable"
        )
    if not grant.covers(resource, caller.at):
        raise GrantRequired(
            f"This organization has not granted your organization access to its {resource}.",
            resource=resource,
        )
    observe.bind(child_id=child_id)
    return caller._replace(tenant=Tenant(child_id, caller.mode), reads_for_child=True)


def read_only() -> GrantRequired:
    """The refusal of a write for a child."""
    return GrantRequired(
        "A parent can only read the data of its children, not change it.", reason="read_only"
    )
