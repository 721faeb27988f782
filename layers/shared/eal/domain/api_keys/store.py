"""Issue, list, change, rotate and revoke API keys.

A key is an item of the Access table. The State table has a pointer to each key, which lists walk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids, settings
from eal.core.audit import Actor
from eal.core.caller import SCOPES
from eal.core.errors import Conflict, InsufficientScope, ValidationFailed
from eal.core.table.collection import Collection
from eal.core.table.item import dump, to_attributes
from eal.core.table.keys import key
from eal.core.table.page import Page
from eal.core.table.write import Operation
from eal.core.tenancy import BothModes, Tenant
from eal.domain.api_keys import access, quota
from eal.domain.api_keys.model import (
    MAX_SELF_SERVICE_REQUESTS_PER_MINUTE,
    ApiKey,
    KeyPointer,
    RateLimit,
)
from eal.domain.api_keys.wire import ApiKeyView
from eal.domain.credentials.bounds import require_expiry_within_own, require_networks_within_own
from eal.domain.credentials.text import fingerprint, new_text
from eal.domain.organization_settings.store import max_requests_per_minute

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.tenancy import Mode
    from eal.domain.api_keys.wire import ApiKeyCreate, ApiKeyUpdate

POINTERS = Collection("KEY", KeyPointer, id_prefix="key", noun="API key", both_modes=True)

_SHOWN_IN_AUDIT = ("name", "scopes", "mode", "status", "expires_at", "per_minute", "burst", "allowed_cidrs")


def issue(body: ApiKeyCreate, by: Caller) -> tuple[ApiKey, str]:
    """A new key and its text, which is not stored.

    The expiry and the networks default to those of the caller's own key and cannot exceed them.

    Raises: ValidationFailed for an expiry in the past or a rate limit above the organization's; InsufficientScope if a
    test key requests a live key, or for a later expiry or wider networks than the caller's own key has; Conflict if the
    tenant has too many keys.
    """
    mode = body.mode or by.mode
    _require_mode_access(by, mode)
    check_expiry(body.expires_at, by.at)
    expires_at = body.expires_at or by.key.expires_at
    allowed_cidrs = tuple(body.allowed_cidrs) if body.allowed_cidrs else by.key.allowed_cidrs
    require_expiry_within_own(by, expires_at)
    require_networks_within_own(by, allowed_cidrs)
    limit = body.rate_limit.limit() if body.rate_limit else RateLimit()
    _require_limit_within_organization(by, limit)
    new, text = create(
        by,
        tenant=Tenant(by.organization_id, mode),
        name=body.name,
        scopes=tuple(sorted(set(body.scopes), key=SCOPES.index)),
        limit=limit,
        allowed_cidrs=allowed_cidrs,
        expires_at=expires_at,
        member_id=by.member_id,
    )
    quota.claim(new, by)
    count_permanent_admins(by, new.organization_id, int(new.is_permanent_admin))
    by.transaction.audit("api_key.created", new.id, audit.changes({}, _audited(new)))
    return new, text


def create(
    by: Caller,
    *,
    tenant: Tenant,
    name: str,
    scopes: tuple[str, ...],
    limit: RateLimit | None = None,
    allowed_cidrs: tuple[str, ...] | None = None,
    expires_at: datetime | None = None,
    member_id: str | None = None,
) -> tuple[ApiKey, str]:
    """Add a new key to the caller's transaction, without checks. The key and its text.

    Its users (`issue`, `rotate` and new organizations) write the audit record, count permanent admin keys, and count
    the key in the quotas.
    """
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
        member_id=member_id,
        per_minute=limit.per_minute,
        burst=limit.burst,
        allowed_cidrs=allowed_cidrs,
        expires_at=expires_at,
    )
    by.transaction.create(POINTERS.item(tenant, KeyPointer(id=new.id, fingerprint=new.fingerprint)))
    by.transaction.add(access.put(new))
    return new, text


def search(query: ListQuery, by: Caller) -> Page[ApiKey]:
    """The organization's keys, newest first."""
    pointers = POINTERS.search(by.tenant, query)
    fingerprints = [pointer.fingerprint for pointer in pointers.items]
    keys = access.read_all(fingerprints)
    return Page([keys[key_fingerprint] for key_fingerprint in fingerprints], pointers.next_cursor)


def get(key_id: str, by: Caller) -> ApiKey:
    """Raises: NotFound."""
    pointer = POINTERS.get(by.tenant, key_id)
    return access.read_all([pointer.fingerprint])[pointer.fingerprint]


def update(key_id: str, body: ApiKeyUpdate, by: Caller) -> ApiKey:
    """Change the fields present in the body. The change applies to the next request with the key.

    Raises: NotFound; InsufficientScope, also for a later expiry or wider networks than the caller's own key has;
    Conflict for a key that is not active, or for an expiry of the last live admin key that has none; ValidationFailed
    for an expiry in the past, a higher rate limit than the organization's, or networks that would lock the caller out.
    """
    old = get(key_id, by)
    _require_mode_access(by, old.mode)
    status = old.status_at(by.at)
    if status != "active":
        raise Conflict(f"This key is {status}. Only an active key can be changed.", status=status)
    check_expiry(body.expires_at, by.at)
    new = _changed(old, body)
    if new.expires_at != old.expires_at:
        require_expiry_within_own(by, new.expires_at)
    if new.allowed_cidrs != old.allowed_cidrs:
        require_networks_within_own(by, new.allowed_cidrs)
    if (new.per_minute, new.burst) != (old.per_minute, old.burst):
        _require_limit_within_organization(by, RateLimit(per_minute=new.per_minute, burst=new.burst))
    if new.id == by.actor.id and not new.allows(by.actor.ip or ""):
        message = f"Must include {by.actor.ip}, the address from which this key makes the change."
        raise ValidationFailed.of_field("/allowed_cidrs", message, "locks_out")
    if new == old:
        by.transaction.check_if_match(old.version)
        return old
    new = replace(new, version=old.version + 1)
    _change(by, old, new)
    count_permanent_admins(by, old.organization_id, int(new.is_permanent_admin) - int(old.is_permanent_admin))
    by.transaction.audit("api_key.updated", old.id, audit.changes(_audited(old), _audited(new)))
    return new


def _changed(old: ApiKey, body: ApiKeyUpdate) -> ApiKey:
    new = old
    if body.name is not None:
        new = replace(new, name=body.name)
    if "expires_at" in body.model_fields_set:
        new = replace(new, expires_at=body.expires_at)
    if "rate_limit" in body.model_fields_set:
        limit = body.rate_limit.limit() if body.rate_limit else RateLimit()
        new = replace(new, per_minute=limit.per_minute, burst=limit.burst)
    if "allowed_cidrs" in body.model_fields_set:
        new = replace(new, allowed_cidrs=tuple(body.allowed_cidrs) if body.allowed_cidrs else None)
    return new


def rotate(key_id: str, overlap_seconds: int, by: Caller) -> tuple[ApiKey, str]:
    """A new key with the old key's rights, and its text. The old key expires after the overlap, or at its own expiry if
    that is earlier.

    Raises: NotFound; InsufficientScope, also if the old key has a later expiry or wider networks than the caller's own
    key; Conflict for a key that is not active, or if the tenant has too many keys.
    """
    old = get(key_id, by)
    _require_mode_access(by, old.mode)
    require_expiry_within_own(by, old.expires_at)
    require_networks_within_own(by, old.allowed_cidrs)
    status = old.status_at(by.at)
    if status != "active":
        raise Conflict(f"This key is {status}. Only an active key can be rotated.", status=status)
    new, text = create(
        by,
        tenant=Tenant(by.organization_id, old.mode),
        name=old.name,
        scopes=old.scopes,
        limit=RateLimit(per_minute=old.per_minute, burst=old.burst),
        allowed_cidrs=old.allowed_cidrs,
        expires_at=old.expires_at,
        member_id=old.member_id or by.member_id,
    )
    overlap_ends_at = by.at + timedelta(seconds=overlap_seconds)
    rotated = replace(
        old,
        status="rotating" if overlap_seconds else "revoked",
        expires_at=min(overlap_ends_at, old.expires_at) if old.expires_at else overlap_ends_at,
        revoked_at=None if overlap_seconds else by.at,
        replaced_by=new.id,
        rotated_at=by.at,
        version=old.version + 1,
    )
    _change(by, old, rotated)
    quota.claim(new, by, without=None if overlap_seconds else old)
    count_permanent_admins(by, old.organization_id, int(new.is_permanent_admin) - int(old.is_permanent_admin))
    before, after = _audited(old), _audited(rotated)
    by.transaction.audit("api_key.created", new.id, audit.changes({}, _audited(new)))
    by.transaction.audit("api_key.rotated", old.id, audit.changes(before, {**after, "replaced_by": new.id}))
    by.transaction.emit("api_key.rotated", ApiKeyView.of(rotated).model_dump(mode="json"))
    return new, text


def revoke(key_id: str, by: Caller) -> None:
    """Revoke a key: its next request is refused. Revoking a revoked key changes nothing.

    Raises: NotFound, InsufficientScope; Conflict for the last live admin key without an expiry, because no key could
    then create another one.
    """
    old = get(key_id, by)
    _require_mode_access(by, old.mode)
    if old.status == "revoked":
        return
    revoked = replace(old, status="revoked", revoked_at=by.at, version=old.version + 1)
    _change(by, old, revoked)
    quota.release(old, by)
    count_permanent_admins(by, old.organization_id, -int(old.is_permanent_admin))
    by.transaction.audit("api_key.revoked", old.id, audit.changes(_audited(old), _audited(revoked)))
    by.transaction.emit("api_key.revoked", ApiKeyView.of(revoked).model_dump(mode="json"))


def _change(by: Caller, before: ApiKey, after: ApiKey) -> None:
    by.transaction.check_if_match(before.version)
    by.transaction.add(access.change(before, after))


def count_permanent_admins(by: Caller, organization_id: str, step: int) -> None:
    """Add `step` to the organization's count of live admin keys without an expiry, in the caller's transaction.

    The commit fails with Conflict if the count would become 0.
    """
    if step == 0:
        return
    values: Item = {":step": step, ":kind": "KEY_COUNT"}
    condition: dict[str, object] = {}
    if step < 0:
        condition = {"ConditionExpression": "permanent_admins > :one"}
        values[":one"] = 1
    update = {
        "TableName": settings.state_table(),
        "Key": to_attributes(key(BothModes(organization_id), "KEY_COUNT", "permanent_admins")._asdict()),
        "UpdateExpression": "SET kind = :kind ADD permanent_admins :step",
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


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    """Raises: ValidationFailed for an expiry in the past."""
    if expires_at and expires_at <= now:
        raise ValidationFailed.of_field("/expires_at", "Must be in the future.", "not_in_future")


def _require_mode_access(by: Caller, mode: Mode) -> None:
    if by.mode == "test" and mode == "live":
        raise InsufficientScope("A test key can manage only test keys.", reason="test_key")


def _require_limit_within_organization(by: Caller, limit: RateLimit) -> None:
    """Raises: ValidationFailed for more requests than the organization's keys may have. Costs a read if they are more
    than every organization's keys may have."""
    if limit.is_within(MAX_SELF_SERVICE_REQUESTS_PER_MINUTE):
        return
    most = max_requests_per_minute(by.organization_id) or MAX_SELF_SERVICE_REQUESTS_PER_MINUTE
    if limit.is_within(most):
        return
    field, bound = ("per_minute", most) if limit.per_minute > most else ("burst", 2 * most)
    message = f"Must be at most {bound}, the limit of your organization. Contact us to raise it."
    raise ValidationFailed.of_field(f"/rate_limit/{field}", message, "above_organization_limit")


def _audited(api_key: ApiKey) -> Item:
    return {name: value for name, value in dump(api_key).items() if name in _SHOWN_IN_AUDIT}
