"""Organizations in the State table: the caller's own, and its children."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.errors import InsufficientScope, NotFound, ValidationFailed
from eal.core.table.item import dump, load
from eal.core.table.keys import shard
from eal.core.table.read import get, walk
from eal.core.tenancy import Tenant
from eal.domain.organization_settings.table_keys import organization_key
from eal.domain.organizations.model import INDUSTRY, PERSONAL_SETTINGS, Organization
from eal.domain.organizations.subscriptions import with_subscription

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.domain.organization_settings.wire import SettingsBody
    from eal.domain.organizations.subscriptions import Subscription
    from eal.domain.organizations.wire import OrganizationUpdate


_SHARD = "ORGANIZATION"
"""The name of the index partitions over which all organizations are spread."""


def require_live_key(by: Caller) -> None:
    """Raises: InsufficientScope for a test key."""
    if by.mode == "test":
        raise InsufficientScope(
            "Test mode cannot change organizations, members or grants, which both modes share. Use a live key.",
            reason="test_key",
        )


def current(by: Caller) -> Organization:
    """The caller's own organization.

    Raises: NotFound.
    """
    item = get(organization_key(by.organization_id))
    if item is None:
        raise NotFound(f"There is no organization {by.organization_id}.")
    return load(Organization, item)


def update(old: Organization, body: OrganizationUpdate, by: Caller) -> Organization:
    """The organization with the fields present in the body. Null restores a default; `settings: null` changes nothing.

    `old` is the caller's own organization, or a child of it.
    Raises: InsufficientScope, PreconditionFailed; ValidationFailed for an AI budget above that of the family.
    """
    require_live_key(by)
    by.transaction.check_if_match(old.version)
    new = old
    if body.name is not None:
        new = replace(new, name=body.name)
    if "industry" in body.model_fields_set:
        new = replace(new, industry=body.industry or INDUSTRY)
    if "settings" in body.model_fields_set:
        new = replace(new, settings=with_settings(old.settings, body.settings))
    before, after = _audited(old), _audited(new)
    if before == after:
        return old
    # Imported here: functions that only read an organization would pay for the modules of budgets at their cold start.
    from eal.domain.families import store as families

    families.change_budget(
        old.id, families.budget_cents(old.settings), families.budget_cents(new.settings), by
    )
    salt = old.salt or audit.new_salt()
    new = replace(new, version=old.version + 1, salt=salt)
    by.transaction.replace(item_of(new), was=old.version)
    other = new.id if new.id != by.organization_id else None
    changes = audit.changes(before, after, personal=PERSONAL_SETTINGS, salt=salt)
    by.transaction.audit("organization.updated", new.id, changes, also_for=other)
    return new


def limit_keys(max_requests_per_minute: int, by: Caller) -> Organization:
    """The caller's own organization with another highest rate limit of its keys. For the operator's tools. Existing
    keys keep their limits.

    Raises: NotFound.
    """
    old = current(by)
    return _allow(old, replace(old, max_requests_per_minute=max_requests_per_minute), by)


def allow_children(by: Caller) -> Organization:
    """Let the caller's own organization have children although it is a child. For the operator's tools.

    Raises: NotFound.
    """
    old = current(by)
    return _allow(old, replace(old, may_have_children=True), by)


def _allow(old: Organization, new: Organization, by: Caller) -> Organization:
    if new == old:
        return old
    new = replace(new, version=old.version + 1)
    by.transaction.replace(item_of(new), was=old.version)
    before, after = (
        {
            "max_requests_per_minute": organization.max_requests_per_minute,
            "may_have_children": organization.may_have_children,
        }
        for organization in (old, new)
    )
    by.transaction.audit("organization.updated", new.id, audit.changes(before, after))
    return new


def with_settings(old: dict[str, Json], given: SettingsBody | None) -> dict[str, Json]:
    """The stored settings with the given ones. Null removes a setting, but a client that sends null for all of them
    seldom means to lose them.

    Raises: ValidationFailed for alerts without the consent of the people.
    """
    if given is None:
        return old
    alerts = given.dispatch and given.dispatch.alerts
    if alerts and alerts.enabled and not alerts.consent:
        raise ValidationFailed.of_field(
            "/settings/dispatch/alerts/consent",
            "Must be true to turn alerts on: it declares that the people on call have agreed to be texted and called.",
            "consent_required",
            location="body",
        )
    members: dict[str, Json] = given.model_dump(
        mode="json", by_alias=True, include=given.model_fields_set, exclude_none=True
    )
    kept = {name: value for name, value in old.items() if name not in given.model_fields_set}
    return {**kept, **members}


def _audited(organization: Organization) -> Item:
    """The fields that can change. Settings have their defaults: setting a default explicitly is no change."""
    # Imported here: functions that only read an organization would pay for the models at their cold start.
    from eal.domain.organization_settings.wire import SettingsView

    shown = SettingsView.model_validate(organization.settings).model_dump(mode="json", by_alias=True)
    return {
        "name": organization.name,
        "industry": organization.industry,
        **audited_settings(shown),
    }


def audited_settings(settings: Mapping[str, Json]) -> Item:
    """Settings as the audit log shows them: alerts without phone numbers, which are a field of their own."""
    fields: Item = {f"settings.{name}": value for name, value in settings.items()}
    dispatch = cast("dict[str, Json]", settings.get("dispatch") or {})
    if alerts := cast("dict[str, Json]", dispatch.get("alerts") or {}):
        shown = {name: value for name, value in alerts.items() if name != "last_resort"}
        fields["settings.dispatch"] = {**dispatch, "alerts": shown}
        fields["settings.dispatch.alerts.last_resort"] = alerts.get("last_resort")
    return fields


def record_subscription(subscription: Subscription, organization_id: str, by: Caller) -> bool:
    """Merge a subscription event into the caller's own organization or a child of it, in the caller's mode.

    False if the event changes nothing: it is a duplicate, or a newer event was recorded.
    Raises: NotFound for an organization that is neither.
    """
    own = organization_id == by.organization_id
    old = current(by) if own else find_child(organization_id, by)
    before = old.subscriptions.get(by.mode, ())
    after = with_subscription(before, subscription)
    if after == before:
        return False
    new = replace(old, subscriptions={**old.subscriptions, by.mode: after}, version=old.version + 1)
    by.transaction.replace(item_of(new), was=old.version)
    changes = audit.changes(
        _audited_subscription(before, subscription.id), _audited_subscription(after, subscription.id)
    )
    by.transaction.audit("organization.billed", new.id, changes, also_for=None if own else new.id)
    return True


def _audited_subscription(subscriptions: tuple[Subscription, ...], subscription_id: str) -> Item:
    fields = ("id", "event_id", "status", "plan", "current_period_end", "cancel_at_period_end")
    for subscription in subscriptions:
        if subscription.id == subscription_id:
            values = dump(subscription).items()
            return {f"subscription.{name}": value for name, value in values if name in fields}
    return {}


def item_of(organization: Organization) -> Item:
    """The organization's item, in one of the index partitions of all organizations."""
    mark = {"gsi1pk": shard(_SHARD, Tenant(organization.id, "live")), "gsi1sk": organization.id}
    return {
        **organization_key(organization.id)._asdict(),
        "kind": "ORGANIZATION",
        **mark,
        **dump(organization),
    }


def tenants(shard_number: int) -> Iterator[Tenant]:
    """The tenants of a shard's organizations, in both modes, for scheduled runs."""
    for item in walk("gsi1pk = :shard", {":shard": f"{_SHARD}#{shard_number}"}, index="gsi1"):
        organization_id = cast("str", item["sk"])
        yield Tenant(organization_id, "live")
        yield Tenant(organization_id, "test")


def find_child(organization_id: str, by: Caller) -> Organization:
    """A child of the caller's organization.

    Raises: NotFound for any other organization, including the caller's own.
    """
    item = get(organization_key(organization_id)) if ids.is_id("org", organization_id) else None
    if item is None or item.get("parent_organization_id") != by.organization_id:
        raise NotFound(f"Your organization has no child {ids.shown(organization_id)}.")
    return load(Organization, item)
