"""Issue, list, change, rotate and revoke keys: items of the Access table. State has the pointers that lists walk."""

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids, settings
from eal.core.audit import Actor
from eal.core.caller import SCOPES, Caller
from eal.core.errors import Conflict, InsufficientScope, NotFound, ValidationFailed
from eal.core.listing import ListQuery
from eal.core.table import page
from eal.core.table.item import Item, dump, to_attributes
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get as read_item
from eal.core.table.write import Operation
from eal.core.tenancy import BothModes, Mode, Tenant
from eal.domain.api_keys import access
from eal.domain.api_keys.model import ApiKey, RateLimit, fingerprint, new_text
from eal.domain.api_keys.wire import ApiKeyCreate, ApiKeyUpdate, ApiKeyView

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_SHOWN_IN_AUDIT = ("name", "scopes", "mode", "status", "expires_at", "per_minute", "burst", "allowed_cidrs")


def pointer(organization_id: str, key_id: str) -> Key:
    """`org_…#both#KEY`, `key_…`: keys belong to both modes."""
    return key(BothModes(organization_id), "KEY", key_id)


def issue(body: ApiKeyCreate, by: Caller) -> tuple[ApiKey, str]:
    """A new key and its text, which is stored nowhere.

    It ends no later than the caller's own key and is used from no other networks: both are taken over where the body
    gives none.

    Raises: ValidationFailed for an expiry that has passed; InsufficientScope for a live key asked for by a test key,
    or for more than the caller's own key has.
    """
    mode = body.mode or by.mode
    _may_manage(by, mode)
    check_end(body.expires_at, by.at)
    expires_at = body.expires_at or by.key.expires_at
    allowed_cidrs = tuple(body.allowed_cidrs) if body.allowed_cidrs else by.key.allowed_cidrs
    _may_end(by, expires_at)
    _may_allow(by, allowed_cidrs)
    new, text = make(
        by,
        tenant=Tenant(by.organization_id, mode),
        name=body.name,
        scopes=tuple(sorted(set(body.scopes), key=SCOPES.index)),
        limit=body.rate_limit.limit() if body.rate_limit else None,
        allowed_cidrs=allowed_cidrs,
        expires_at=expires_at,
    )
    count_permanent_admins(by, new.organization_id, int(new.is_permanent_admin))
    by.transaction.audit("api_key.created", new.id, audit.changes({}, _audited(new)))
    return new, text


def make(
    by: Caller,
    *,
    tenant: Tenant,
    name: str,
    scopes: tuple[str, ...],
    limit: RateLimit | None = None,
    allowed_cidrs: tuple[str, ...] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Add a new key to the caller's write: for `issue`, `rotate` and new organizations, which audit and count it."""
    text, limit = new_text(tenant.mode), limit or RateLimit()
    new = ApiKey(
        id=ids.new("key", by.at),
        organization_id=tenant.organization_id,
        mode=tenant.mode,
        name=name,
        scopes=scopes,  # type: ignore[arg-type]  # validated by the wire model
        last_four=text[-4:],
        status="active",
        created_at=by.at,
        created_by=Actor(type=by.actor.type, id=by.actor.id),
        version=1,
        fingerprint=fingerprint(text),
        per_minute=limit.per_minute,
        burst=limit.burst,
        allowed_cidrs=allowed_cidrs,
        expires_at=expires_at,
    )
    by.transaction.create(
        {
            **pointer(tenant.organization_id, new.id)._asdict(),
            "kind": "KEY",
            "id": new.id,
            "fingerprint": new.fingerprint,
        }
    )
    by.transaction.add(access.put(new))
    return new, text


def search(query: ListQuery, by: Caller) -> Page[ApiKey]:
    """The organization's keys, newest first."""
    where = Partition(base=partition(BothModes(by.organization_id), "KEY"), id_prefix="key")
    found = page.read(by.tenant, query, where, lambda item: cast("str", item["fingerprint"]))
    keys = access.read_all(found.items)
    return Page([keys[mark] for mark in found.items], found.next_cursor)


def find(key_id: str, by: Caller) -> ApiKey:
    """Raises: NotFound."""
    item: Item | None = read_item(pointer(by.organization_id, key_id)) if ids.is_id("key", key_id) else None
    if item is None:
        raise NotFound(f"There is no API key {key_id[:40]}.")
    mark = cast("str", item["fingerprint"])
    return access.read_all([mark])[mark]


def update(key_id: str, body: ApiKeyUpdate, by: Caller) -> ApiKey:
    """Change what the body gives. The next request with the key is already judged by it.

    Raises: NotFound; InsufficientScope, also for a later end or other networks than the caller's own key has;
    Conflict for a key that is not active, or for an end to the last live admin key that has none; ValidationFailed for
    an end that has passed, or a list that would lock the caller out.
    """
    old = find(key_id, by)
    _may_manage(by, old.mode)
    status = old.at_time(by.at)
    if status != "active":
        raise Conflict(f"This key is {status}. Only an active key can be changed.", status=status)
    check_end(body.expires_at, by.at)
    new = _changed(old, body)
    if new.expires_at != old.expires_at:
        _may_end(by, new.expires_at)
    if new.allowed_cidrs != old.allowed_cidrs:
        _may_allow(by, new.allowed_cidrs)
    if new.id == by.actor.id and not new.allows(by.actor.ip or ""):
        message = f"Must include {by.actor.ip}, the address from which this key makes the change."
        raise ValidationFailed([{"pointer": "/allowed_cidrs", "message": message, "type": "locks_out"}])
    if new == old:
        by.transaction.check_if_match(old.version)
        return old
    new = replace(new, version=old.version + 1)
    _change(by, old, new)
    count_permanent_admins(by, old.organization_id, int(new.is_permanent_admin) - int(old.is_permanent_admin))
    by.transaction.audit("api_key.updated", old.id, audit.changes(_audited(old), _audited(new)))
    return new


def _changed(old: ApiKey, body: ApiKeyUpdate) -> ApiKey:
    new, given = old, body.model_fields_set
    if body.name is not None:
        new = replace(new, name=body.name)
    if "expires_at" in given:
        new = replace(new, expires_at=body.expires_at)
    if "rate_limit" in given:
        limit = body.rate_limit.limit() if body.rate_limit else RateLimit()
        new = replace(new, per_minute=limit.per_minute, burst=limit.burst)
    if "allowed_cidrs" in given:
        new = replace(new, allowed_cidrs=tuple(body.allowed_cidrs) if body.allowed_cidrs else None)
    return new


def rotate(key_id: str, overlap_seconds: int, by: Caller) -> tuple[ApiKey, str]:
    """A new key with the old one's rights; the old one ends after the overlap (never later than it would have).

    Raises: NotFound; InsufficientScope, also where the new key's end or networks are more than the caller's own key
    has; Conflict for a key that is not active.
    """
    old = find(key_id, by)
    _may_manage(by, old.mode)
    _may_end(by, old.expires_at)
    _may_allow(by, old.allowed_cidrs)
    status = old.at_time(by.at)
    if status != "active":
        raise Conflict(f"This key is {status}. Only an active key can be rotated.", status=status)
    new, text = make(
        by,
        tenant=Tenant(by.organization_id, old.mode),
        name=old.name,
        scopes=old.scopes,
        limit=RateLimit(per_minute=old.per_minute, burst=old.burst),
        allowed_cidrs=old.allowed_cidrs,
        expires_at=old.expires_at,
    )
    end = by.at + timedelta(seconds=overlap_seconds)
    rotated = replace(
        old,
        status="rotating" if overlap_seconds else "revoked",
        expires_at=min(end, old.expires_at) if old.expires_at else end,
        revoked_at=None if overlap_seconds else by.at,
        replaced_by=new.id,
        rotated_at=by.at,
        version=old.version + 1,
    )
    _change(by, old, rotated)
    count_permanent_admins(by, old.organization_id, int(new.is_permanent_admin) - int(old.is_permanent_admin))
    before, after = _audited(old), _audited(rotated)
    by.transaction.audit("api_key.created", new.id, audit.changes({}, _audited(new)))
    by.transaction.audit("api_key.rotated", old.id, audit.changes(before, {**after, "replaced_by": new.id}))
    by.transaction.emit("api_key.rotated", ApiKeyView.of(rotated).model_dump(mode="json"))
    return new, text


def revoke(key_id: str, by: Caller) -> None:
    """End a key: it is refused on the very next request. Revoking a revoked key changes nothing.

    Raises: NotFound, InsufficientScope; Conflict for the last live admin key that has no end, without which nobody
    could make another.
    """
    old = find(key_id, by)
    _may_manage(by, old.mode)
    if old.status == "revoked":
        return
    revoked = replace(old, status="revoked", revoked_at=by.at, version=old.version + 1)
    _change(by, old, revoked)
    count_permanent_admins(by, old.organization_id, -int(old.is_permanent_admin))
    by.transaction.audit("api_key.revoked", old.id, audit.changes(_audited(old), _audited(revoked)))
    by.transaction.emit("api_key.revoked", ApiKeyView.of(revoked).model_dump(mode="json"))


def _change(by: Caller, before: ApiKey, after: ApiKey) -> None:
    by.transaction.check_if_match(before.version)
    by.transaction.add(access.change(before, after))


def count_permanent_admins(by: Caller, organization_id: str, step: int) -> None:
    """Keep the count of live admin keys without an end in the same transaction, and refuse to bring it to zero."""
    if step == 0:
        return
    values: Item = {":step": step, ":kind": "KEY_COUNT"}
    condition: dict[str, object] = {}
    if step < 0:
        condition = {"ConditionExpression": "door_keys > :one"}
        values[":one"] = 1
    update = {
        "TableName": settings.state_table(),
        "Key": to_attributes(key(BothModes(organization_id), "KEY_COUNT", "door_keys")._asdict()),
        "UpdateExpression": "SET kind = :kind ADD door_keys :step",
        "ExpressionAttributeValues": to_attributes(values),
        **condition,
    }
    by.transaction.add(
        Operation(
            cast("TransactWriteItemTypeDef", {"Update": update}),
            lambda _old: Conflict(
                "This is the last live admin key that does not expire. Create another one first."
            ),
        )
    )


def check_end(expires_at: datetime | None, now: datetime) -> None:
    """Raises: ValidationFailed for an end that has passed."""
    if expires_at and expires_at <= now:
        raise ValidationFailed(
            [{"pointer": "/expires_at", "message": "Must be in the future.", "type": "not_in_future"}]
        )


def _may_manage(by: Caller, mode: Mode) -> None:
    if by.mode == "test" and mode == "live":
        raise InsufficientScope("A test key can manage only test keys.", reason="test_key")


def _may_end(by: Caller, expires_at: datetime | None) -> None:
    if by.key.expires_at and not (expires_at and expires_at <= by.key.expires_at):
        message = "A key cannot give a key a later expiry than its own."
        raise InsufficientScope(message, reason="bound", bound="expires_at")


def _may_allow(by: Caller, allowed_cidrs: tuple[str, ...] | None) -> None:
    if by.key.allowed_cidrs and not (allowed_cidrs and _are_within(allowed_cidrs, by.key.allowed_cidrs)):
        message = "A key cannot give a key networks outside its own."
        raise InsufficientScope(message, reason="bound", bound="allowed_cidrs")


def may_give_unbounded(by: Caller) -> None:
    """Raises: InsufficientScope where the caller's own key ends or is bound to networks."""
    _may_end(by, None)
    _may_allow(by, None)


def _are_within(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return all(any(_is_within(ip_network(own), ip_network(other)) for other in outer) for own in inner)


def _is_within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version


def _audited(api_key: ApiKey) -> Item:
    return {name: value for name, value in dump(api_key).items() if name in _SHOWN_IN_AUDIT}
