"""Endpoints: register, look up, update, rotate, remove and disable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids, secrets, settings, signing
from eal.core.errors import Conflict, ValidationFailed
from eal.core.outbound import address
from eal.core.table.collection import Collection
from eal.core.table.item import dump, to_attributes
from eal.core.table.keys import key
from eal.core.table.write import Operation
from eal.domain.webhooks.endpoints.model import Endpoint
from eal.domain.webhooks.endpoints.wire import WebhookView
from eal.domain.webhooks.filters import validation

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.webhooks.endpoints.model import DisabledReason
    from eal.domain.webhooks.endpoints.wire import WebhookCreate, WebhookUpdate

ENDPOINTS = Collection("WEBHOOK", Endpoint, id_prefix="wh", noun="webhook endpoint")
MAX_ENDPOINTS = 50
"""Maximum number of endpoints of a tenant in one mode, because one run of the fan-out worker sends an event to all of
them."""
_COUNT_KIND = "WEBHOOK_COUNT"
_PURPOSE = "webhook"
_SECRET_PREFIX_CHARACTERS = len(signing.PREFIX) + 4
_SHOWN_IN_AUDIT = (
    "events", "description", "enabled", "disabled_reason", "rate_limit", "filter", "secret_prefix",
    "previous_secret_expires_at",
)  # fmt: skip


def register(body: WebhookCreate, by: Caller) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, of which only the ciphertext is stored.

    Raises: ValidationFailed if the address is blocked or the filter fits none of the events; at the commit, Conflict
    if there are MAX_ENDPOINTS already.
    """
    _check_address(body.url)
    secret = signing.new_secret()
    new = Endpoint(
        id=ids.new("wh", by.at),
        url=body.url,
        events=tuple(body.events),
        description=body.description,
        enabled=body.enabled,
        disabled_reason=None if body.enabled else "requested",
        disabled_at=None if body.enabled else by.at,
        rate_limit=body.rate_limit,
        filter=body.filter.conditions() if body.filter else {},
        secret=_encrypted(secret, by),
        secret_prefix=secret[:_SECRET_PREFIX_CHARACTERS],
        created_at=by.at,
        updated_at=by.at,
        version=1,
    )
    _check_filter(new)
    by.transaction.create(ENDPOINTS.item(by.tenant, new))
    by.transaction.add(_count_change(1, by.tenant))
    by.transaction.audit("webhook.created", new.id, audit.changes({}, _audited(new)))
    return new, secret


def shown_to(endpoint: Endpoint, by: Caller) -> Endpoint:
    """The endpoint without the query of its URL, which is often a secret, unless the caller is an admin of its
    organization."""
    if by.scope == "admin" and not by.reads_for_child:
        return endpoint
    return replace(endpoint, url=address.without_query(endpoint.url))


def search(query: ListQuery, by: Caller) -> Page[Endpoint]:
    """The endpoints of the caller's mode, newest first."""
    return ENDPOINTS.search(by.tenant, query)


def update(webhook_id: str, body: WebhookUpdate, by: Caller) -> Endpoint:
    """Update the fields in the body. Pending deliveries use the new address from their next attempt on.

    Raises: NotFound; ValidationFailed if the address is blocked or the filter fits none of the events.
    """
    old = ENDPOINTS.get(by.tenant, webhook_id)
    if body.url and body.url != old.url:
        _check_address(body.url)
    new = _changed(old, body, by.at)
    if new == old:
        by.transaction.check_if_match(old.version)
        return old
    _check_filter(new)
    new = replace(new, updated_at=by.at, version=old.version + 1)
    by.transaction.replace(ENDPOINTS.item(by.tenant, new), was=old.version)
    by.transaction.audit("webhook.updated", old.id, audit.changes(_audited(old), _audited(new)))
    return new


def _changed(old: Endpoint, body: WebhookUpdate, at: datetime) -> Endpoint:
    new, present = old, body.model_fields_set
    if body.url is not None:
        new = replace(new, url=body.url)
    if body.events is not None:
        new = replace(new, events=tuple(body.events))
    if "description" in present:
        new = replace(new, description=body.description)
    if "rate_limit" in present:
        new = replace(new, rate_limit=body.rate_limit)
    if "filter" in present:
        new = replace(new, filter=body.filter.conditions() if body.filter else {})
    if body.enabled is not None and body.enabled != old.enabled:
        new = new.as_enabled() if body.enabled else new.disabled("requested", at)
    return new


def rotate_secret(webhook_id: str, overlap_seconds: int, by: Caller) -> tuple[Endpoint, str]:
    """A new secret. The old one also signs until the overlap ends. The previous secret of an earlier rotation ends now.

    Raises: NotFound.
    """
    old = ENDPOINTS.get(by.tenant, webhook_id)
    secret = signing.new_secret()
    new = replace(
        old,
        secret=_encrypted(secret, by),
        secret_prefix=secret[:_SECRET_PREFIX_CHARACTERS],
        previous_secret=old.secret if overlap_seconds else None,
        previous_secret_expires_at=by.at + timedelta(seconds=overlap_seconds) if overlap_seconds else None,
        updated_at=by.at,
        version=old.version + 1,
    )
    by.transaction.replace(ENDPOINTS.item(by.tenant, new), was=old.version)
    by.transaction.audit("webhook.secret_rotated", old.id, audit.changes(_audited(old), _audited(new)))
    return new, secret


def remove(webhook_id: str, by: Caller) -> None:
    """Delete an endpoint. Its pending deliveries are skipped.

    Raises: NotFound.
    """
    old = ENDPOINTS.get(by.tenant, webhook_id)
    by.transaction.delete(ENDPOINTS.key(by.tenant, old.id), was=old.version)
    by.transaction.add(_count_change(-1, by.tenant))
    by.transaction.audit("webhook.deleted", old.id, audit.changes(_audited(old), {}))


def disable(old: Endpoint, reason: DisabledReason, by: Caller) -> None:
    """Add to the transaction: no more events are sent to this endpoint."""
    new = replace(old.disabled(reason, by.at), updated_at=by.at, version=old.version + 1)
    by.transaction.replace(ENDPOINTS.item(by.tenant, new), was=old.version)
    by.transaction.audit("webhook.disabled", old.id, audit.changes(_audited(old), _audited(new)))
    # The event is sent to all other endpoints and shown in the feed, and the query of an address may be a secret.
    shown = replace(new, url=address.without_query(new.url))
    by.transaction.emit("webhook.disabled", WebhookView.of(shown).model_dump(mode="json"))


def subscribed_to(event_type: str, tenant: Tenant) -> list[Endpoint]:
    """The endpoints that subscribe to an event type, including disabled ones."""
    return [endpoint for endpoint in ENDPOINTS.walk(tenant) if endpoint.subscribes_to(event_type)]


def decrypt_secret(endpoint: Endpoint, organization_id: str) -> str:
    """The secret's text. Calls KMS once per process."""
    return secrets.decrypt(endpoint.secret, organization_id=organization_id, purpose=_PURPOSE)


def decrypt_previous_secret(endpoint: Endpoint, organization_id: str, now: datetime) -> str | None:
    """The text of the secret that a rotation replaced; None once it has expired."""
    expires_at = endpoint.previous_secret_expires_at
    if endpoint.previous_secret is None or expires_at is None or expires_at <= now:
        return None
    return secrets.decrypt(endpoint.previous_secret, organization_id=organization_id, purpose=_PURPOSE)


def _count_key(tenant: Tenant) -> Key:
    """`org_…#live#WEBHOOK_COUNT`, `webhooks`."""
    return key(tenant, _COUNT_KIND, "webhooks")


def _count_change(step: int, tenant: Tenant) -> Operation:
    """Count the endpoints in the transaction that adds or removes one, and reject one too many."""
    values: Item = {":step": step, ":kind": _COUNT_KIND}
    condition: dict[str, object] = {}
    if step > 0:
        condition = {"ConditionExpression": "attribute_not_exists(webhooks) OR webhooks < :max"}
        values[":max"] = MAX_ENDPOINTS
    update = {
        "TableName": settings.state_table(),
        "Key": to_attributes(_count_key(tenant)._asdict()),
        "UpdateExpression": "SET kind = :kind ADD webhooks :step",
        "ExpressionAttributeValues": to_attributes(values),
        **condition,
    }
    return Operation(
        cast("TransactWriteItemTypeDef", {"Update": update}),
        lambda _old: Conflict(
            f"There are {MAX_ENDPOINTS} webhook endpoints in this mode, which is the limit. Delete one first.",
            limit=MAX_ENDPOINTS,
        ),
    )


def _encrypted(secret: str, by: Caller) -> str:
    return secrets.encrypt(secret, organization_id=by.organization_id, purpose=_PURPOSE)


def _check_filter(endpoint: Endpoint) -> None:
    if faults := validation.faults(endpoint.filter, endpoint.events):
        raise ValidationFailed(faults)


def _check_address(url: str) -> None:
    if faults := address.faults(url, "/url", loopback=settings.is_local()):
        raise ValidationFailed(faults)


def _audited(endpoint: Endpoint) -> Item:
    shown = {name: value for name, value in dump(endpoint).items() if name in _SHOWN_IN_AUDIT}
    return {**shown, "url": address.without_query(endpoint.url)}
