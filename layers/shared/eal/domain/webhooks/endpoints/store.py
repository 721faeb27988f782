"""Endpoints: register, list, find, change, remove and disable."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids, secrets, settings, signing
from eal.core.caller import Caller
from eal.core.errors import Conflict, NotFound, ValidationFailed
from eal.core.listing import ListQuery
from eal.core.outbound import address
from eal.core.table import page
from eal.core.table.item import Item, dump, load, to_attributes
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get as read_item
from eal.core.table.read import walk
from eal.core.table.write import Operation
from eal.core.tenancy import Tenant
from eal.domain.webhooks.endpoints.wire import WebhookCreate, WebhookUpdate, WebhookView
from eal.domain.webhooks.filters import match
from eal.domain.webhooks.model import Endpoint, Reason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MOST = 50
"""Endpoints of a tenant in one mode: each event is fanned out to all of them by one run of a worker."""
_KIND = "WEBHOOK"
_PURPOSE = "webhook"
_SHOWN_OF_A_SECRET = len(signing.PREFIX) + 4
_SHOWN_IN_AUDIT = (
    "events", "description", "enabled", "disabled_reason", "rate_limit", "filter", "secret_prefix",
    "previous_secret_expires_at",
)  # fmt: skip


def place(tenant: Tenant, webhook_id: str) -> Key:
    """`org_…#live#WEBHOOK`, `wh_…`."""
    return key(tenant, _KIND, webhook_id)


def register(body: WebhookCreate, by: Caller) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, of which only the ciphertext is stored.

    Raises: ValidationFailed for an address that is blocked, or a filter that fits none of the events; at the commit
    Conflict where there are MOST already.
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
        secret_prefix=secret[:_SHOWN_OF_A_SECRET],
        created_at=by.at,
        updated_at=by.at,
        version=1,
    )
    _check_filter(new)
    by.transaction.create(_item(new, by))
    by.transaction.add(_counted(1, by))
    by.transaction.audit("webhook.created", new.id, audit.changes({}, _audited(new)))
    return new, secret


def search(query: ListQuery, by: Caller) -> Page[Endpoint]:
    """The endpoints of the caller's mode, newest first."""
    where = Partition(base=partition(by.tenant, _KIND), id_prefix="wh")
    return page.read(by.tenant, query, where, of_item)


def find(webhook_id: str, by: Caller) -> Endpoint:
    """Raises: NotFound."""
    item = read_item(place(by.tenant, webhook_id)) if ids.is_id("wh", webhook_id) else None
    if item is None:
        raise NotFound(f"There is no webhook endpoint {webhook_id[:40]}.")
    return of_item(item)


def update(webhook_id: str, body: WebhookUpdate, by: Caller) -> Endpoint:
    """Change what the body gives. What is on its way goes to the new address, from its next attempt on.

    Raises: NotFound; ValidationFailed for an address that is blocked, or a filter that fits none of the events.
    """
    old = find(webhook_id, by)
    if body.url and body.url != old.url:
        _check_address(body.url)
    new = _changed(old, body, by.at)
    if new == old:
        by.transaction.check_if_match(old.version)
        return old
    _check_filter(new)
    new = replace(new, updated_at=by.at, version=old.version + 1)
    by.transaction.replace(_item(new, by), was=old.version)
    by.transaction.audit("webhook.updated", old.id, audit.changes(_audited(old), _audited(new)))
    return new


def _changed(old: Endpoint, body: WebhookUpdate, at: datetime) -> Endpoint:
    new, given = old, body.model_fields_set
    if body.url is not None:
        new = replace(new, url=body.url)
    if body.events is not None:
        new = replace(new, events=tuple(body.events))
    if "description" in given:
        new = replace(new, description=body.description)
    if "rate_limit" in given:
        new = replace(new, rate_limit=body.rate_limit)
    if "filter" in given:
        new = replace(new, filter=body.filter.conditions() if body.filter else {})
    if body.enabled is not None and body.enabled != old.enabled:
        new = new.as_enabled() if body.enabled else new.disabled("requested", at)
    return new


def rotate_secret(webhook_id: str, overlap_seconds: int, by: Caller) -> tuple[Endpoint, str]:
    """A new secret; the old one signs beside it until the overlap ends. One that a rotation before left ends now.

    Raises: NotFound.
    """
    old = find(webhook_id, by)
    secret = signing.new_secret()
    new = replace(
        old,
        secret=_encrypted(secret, by),
        secret_prefix=secret[:_SHOWN_OF_A_SECRET],
        previous_secret=old.secret if overlap_seconds else None,
        previous_secret_expires_at=by.at + timedelta(seconds=overlap_seconds) if overlap_seconds else None,
        updated_at=by.at,
        version=old.version + 1,
    )
    by.transaction.replace(_item(new, by), was=old.version)
    by.transaction.audit("webhook.secret_rotated", old.id, audit.changes(_audited(old), _audited(new)))
    return new, secret


def remove(webhook_id: str, by: Caller) -> None:
    """Delete an endpoint. What is on its way to it is skipped.

    Raises: NotFound.
    """
    old = find(webhook_id, by)
    by.transaction.delete(place(by.tenant, old.id), was=old.version)
    by.transaction.add(_counted(-1, by))
    by.transaction.audit("webhook.deleted", old.id, audit.changes(_audited(old), {}))


def disable(old: Endpoint, reason: Reason, by: Caller) -> None:
    """Add to the write: no more events are sent to this endpoint."""
    new = replace(old.disabled(reason, by.at), updated_at=by.at, version=old.version + 1)
    by.transaction.replace(_item(new, by), was=old.version)
    by.transaction.audit("webhook.disabled", old.id, audit.changes(_audited(old), _audited(new)))
    # The event goes to all other endpoints, and to whoever reads the feed: none of them is to learn of a secret there.
    told = replace(new, url=address.without_query(new.url))
    by.transaction.emit("webhook.disabled", WebhookView.of(told).model_dump(mode="json"))


def wanting(event_type: str, tenant: Tenant) -> list[Endpoint]:
    """The endpoints that want events of this type, disabled ones too."""
    every = map(of_item, walk("pk = :pk", {":pk": partition(tenant, _KIND)}))
    return [endpoint for endpoint in every if endpoint.wants(event_type)]


def secret_of(endpoint: Endpoint, organization_id: str) -> str:
    """The secret's text. Asks KMS once a process."""
    return secrets.decrypt(endpoint.secret, organization_id=organization_id, purpose=_PURPOSE)


def previous_secret_of(endpoint: Endpoint, organization_id: str, now: datetime) -> str | None:
    """The text of the secret that a rotation replaced, as long as it still signs."""
    ends = endpoint.previous_secret_expires_at
    if endpoint.previous_secret is None or ends is None or ends <= now:
        return None
    return secrets.decrypt(endpoint.previous_secret, organization_id=organization_id, purpose=_PURPOSE)


def of_item(item: Item) -> Endpoint:
    return load(Endpoint, item)


def _item(endpoint: Endpoint, by: Caller) -> Item:
    return {**place(by.tenant, endpoint.id)._asdict(), "kind": _KIND, **dump(endpoint)}


def _counted(step: int, by: Caller) -> Operation:
    """Keep the count of endpoints in the transaction that adds or removes one, and refuse one too many."""
    values: Item = {":step": step, ":kind": f"{_KIND}_COUNT"}
    condition: dict[str, object] = {}
    if step > 0:
        condition = {"ConditionExpression": "attribute_not_exists(webhooks) OR webhooks < :most"}
        values[":most"] = MOST
    update = {
        "TableName": settings.state_table(),
        "Key": to_attributes(key(by.tenant, f"{_KIND}_COUNT", "webhooks")._asdict()),
        "UpdateExpression": "SET kind = :kind ADD webhooks :step",
        "ExpressionAttributeValues": to_attributes(values),
        **condition,
    }
    return Operation(
        cast("TransactWriteItemTypeDef", {"Update": update}),
        lambda _old: Conflict(
            f"There are {MOST} webhook endpoints in this mode, which is the limit. Delete one first.",
            limit=MOST,
        ),
    )


def _encrypted(secret: str, by: Caller) -> str:
    return secrets.encrypt(secret, organization_id=by.organization_id, purpose=_PURPOSE)


def _check_filter(endpoint: Endpoint) -> None:
    if wrong := match.check(endpoint.filter, endpoint.events):
        raise ValidationFailed(wrong)


def _check_address(url: str) -> None:
    if wrong := address.faults(url, "/url", loopback=settings.is_local()):
        raise ValidationFailed(wrong)


def _audited(endpoint: Endpoint) -> Item:
    shown = {name: value for name, value in dump(endpoint).items() if name in _SHOWN_IN_AUDIT}
    return {**shown, "url": address.without_query(endpoint.url)}
