"""Integrations in the State table, each with its connection in the Access table if its vendor has a receiver."""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from eal.core import audit, secrets, settings
from eal.core.clock import rfc3339
from eal.core.errors import UNKNOWN_FIELD, NotFound, ValidationFailed
from eal.core.outbound import address
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import key
from eal.core.table.page import Page, PageEntry
from eal.core.table.read import get, get_all
from eal.domain.integrations import connections
from eal.domain.integrations.cursors import Cursor, cursor_key
from eal.domain.integrations.model import (
    MAX_SECRET_BYTES,
    MIN_SIGNING_KEY_BYTES,
    RECONCILIATION_PARTITIONS,
    VENDORS,
    ConnectionHealth,
    Integration,
    StoredSecret,
    can_sign,
    purpose,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.core.caller import Caller
    from eal.core.errors import FieldError
    from eal.core.json import Json
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.integrations.model import VendorSpec
    from eal.domain.integrations.wire import IntegrationPut

_POLLED: Final = [vendor for vendor in RECONCILIATION_PARTITIONS if not VENDORS[vendor].kinds]
"""Vendors without a receiver, whose health is that of their polls."""


_TWILIO_FORMS: Final = {
    "account_sid": (re.compile(r"AC[0-9a-f]{32}"), "Must be 'AC' and 32 characters of 0-9 and a-f."),
    "api_key_sid": (re.compile(r"SK[0-9a-f]{32}"), "Must be 'SK' and 32 characters of 0-9 and a-f."),
    "alert_number": (re.compile(r"\+1[2-9]\d{9}", re.ASCII), "Must be a number such as +16145550100."),
}


def integration_key(tenant: Tenant, vendor: str) -> Key:
    """`org_…#live#INTEGRATION`, `callrail`."""
    return key(tenant, "INTEGRATION", vendor)


def put(vendor: str, body: IntegrationPut, by: Caller) -> tuple[Integration, ConnectionHealth]:
    """Connect a vendor, or change its integration. Omitted values and addresses do not change; null removes a value.

    Raises: NotFound for an unknown vendor; ValidationFailed for a setting or secret that this vendor does not have, and
    for an unusable address or secret.
    """
    spec = VENDORS.get(vendor)
    if spec is None:
        raise NotFound(f"There is no vendor '{vendor[:40]}'. Use one of: {', '.join(VENDORS)}.")
    _check(vendor, spec, body)
    before = find(vendor, by)
    by.transaction.check_if_match(before.version if before else 0)
    new = Integration(vendor=vendor, created_at=by.at, updated_at=by.at, version=0)
    after = _changed(before or new, spec, body, by)
    if after == before:
        return before, _health(before, by)
    after = replace(after, updated_at=by.at, version=after.version + 1)
    by.transaction.put_version(_item(after, by), was=before.version if before else 0)
    if after.connection_id:
        by.transaction.add(connections.put(after.connection_id, after, after.signing, by.tenant))
    by.transaction.audit(
        "integration.updated" if before else "integration.created", vendor, _changes(before, after)
    )
    return after, _health(before, by) if before else ConnectionHealth()


def find(vendor: str, by: Caller) -> Integration | None:
    """The caller's integration with the vendor in its mode, or None."""
    item = get(integration_key(by.tenant, vendor))
    return load(Integration, item) if item else None


def api_key(vendor: str, by: Caller) -> str | None:
    """The caller's key to the vendor's API, or None."""
    integration = find(vendor, by)
    return secret_of(integration, "api_key", by) if integration else None


def secret_of(integration: Integration, name: str, by: Caller) -> str | None:
    """A secret of the caller's integration, or None if it has none of this name."""
    secret = integration.secrets.get(name)
    if secret is None:
        return None
    return secrets.decrypt(
        secret.ciphertext, organization_id=by.organization_id, purpose=purpose(integration.vendor, name)
    )


def search(query: ListQuery, by: Caller) -> Page[tuple[Integration, ConnectionHealth]]:
    """The integrations of the caller's mode with their health, newest first."""
    keys = [integration_key(by.tenant, vendor) for vendor in VENDORS]
    polled = [cursor_key(by.tenant, vendor) for vendor in _POLLED]
    items = get_all([*keys, *polled])
    found = [load(Integration, item) for item in items[: len(keys)] if item]
    known = connections.find_all(
        [integration.connection_id for integration in found if integration.connection_id]
    )
    health = {vendor: connection.health() for vendor, connection in known.items()}
    for vendor, item in zip(_POLLED, items[len(keys) :], strict=True):
        if item:
            health[vendor] = load(Cursor, item).health()
    listed = [
        PageEntry(
            integration.vendor,
            integration.created_at,
            (integration, health.get(integration.vendor, ConnectionHealth())),
        )
        for integration in found
    ]
    return page.paginate_in_memory(by.tenant, query, listed)


def remove(vendor: str, by: Caller) -> None:
    """Disconnect a vendor. Secrets and addresses are deleted; connecting the vendor again creates new addresses.

    Raises: NotFound.
    """
    old = find(vendor, by) if vendor in VENDORS else None
    if old is None:
        raise NotFound(f"'{vendor[:40]}' is not connected.")
    by.transaction.delete(integration_key(by.tenant, vendor), was=old.version)
    if old.connection_id:
        by.transaction.add(connections.delete(old.connection_id))
    by.transaction.audit("integration.deleted", vendor, _changes(old, None))


def _check(vendor: str, spec: VendorSpec, body: IntegrationPut) -> None:
    faults: list[FieldError] = [
        *_unknown("settings", body.settings, spec.settings),
        *_unknown("secrets", body.secrets, spec.secrets),
    ]
    faults += _length_faults(spec, body)
    if vendor == "crm":
        faults += _crm_faults(body)
    if vendor == "twilio":
        faults += _twilio_faults(body)
    if faults:
        raise ValidationFailed(faults)


def _unknown(member: str, given: Iterable[str], known: tuple[str, ...]) -> list[FieldError]:
    return [
        {
            "pointer": f"/{member}/{name[:100].replace('~', '~0').replace('/', '~1')}",
            "message": UNKNOWN_FIELD,
            "type": "extra_forbidden",
            "location": "body",
        }
        for name in given
        if name not in known
    ]


def _length_faults(spec: VendorSpec, body: IntegrationPut) -> Iterable[FieldError]:
    """The faults of secrets that are too long to encrypt, and of a key that is too short to sign with."""
    for name, secret in body.secrets.items():
        least = MIN_SIGNING_KEY_BYTES if name == spec.signing else 1
        if secret is not None and not least <= len(secret.encode()) <= MAX_SECRET_BYTES:
            yield {
                "pointer": f"/secrets/{name}",
                "message": f"Must have {least} to {MAX_SECRET_BYTES} bytes in UTF-8.",
                "type": "secret_length",
                "location": "body",
            }


def _crm_faults(body: IntegrationPut) -> Iterable[FieldError]:
    """The faults of an address to which we could not push, and of a secret with which we could not sign."""
    if url := body.settings.get("url"):
        yield from address.faults(url, "/settings/url", loopback=settings.is_local())
    secret = body.secrets.get("signing_secret")
    if secret and not can_sign(secret):
        message = "Must be 'whsec_' and the base64 of 24 to 64 bytes, or any other text of 24 to 512 bytes in UTF-8."
        yield {
            "pointer": "/secrets/signing_secret", "message": message, "type": "weak_secret", "location": "body",
        }  # fmt: skip


def _twilio_faults(body: IntegrationPut) -> Iterable[FieldError]:
    """The faults of settings that Twilio would refuse, which nobody may notice before an emergency."""
    for name, (form, message) in _TWILIO_FORMS.items():
        value = body.settings.get(name)
        if value is not None and not form.fullmatch(value):
            yield {"pointer": f"/settings/{name}", "message": message, "type": "form", "location": "body"}


def _changed(before: Integration, spec: VendorSpec, body: IntegrationPut, by: Caller) -> Integration:
    kept = {name: secret for name, secret in before.secrets.items() if name not in body.secrets}
    given = {
        name: _stored_secret(before, name, text, body.overlap_seconds, by)
        for name, text in body.secrets.items()
        if text is not None
    }
    merged = {**before.settings, **body.settings}
    return replace(
        before,
        connection_id=before.connection_id or (connections.new_id() if spec.kinds else None),
        secrets={**kept, **given},
        settings={name: value for name, value in merged.items() if value is not None},
    )


def _stored_secret(
    before: Integration, name: str, text: str, overlap_seconds: int, by: Caller
) -> StoredSecret:
    """The secret in its stored form. The same text keeps the stored secret and its predecessor, unless there is to be
    no overlap, because a repeated request must not end the overlap that the first one began."""
    secret_purpose = purpose(before.vendor, name)
    mark = _mark(text, by.organization_id, secret_purpose)
    old = before.secrets.get(name)
    if old and old.mark == mark:
        return old if overlap_seconds else replace(old, previous=None, previous_until=None)
    overlaps = old and overlap_seconds and name == VENDORS[before.vendor].signing
    return StoredSecret(
        ciphertext=secrets.encrypt(text, organization_id=by.organization_id, purpose=secret_purpose),
        mark=mark,
        updated_at=by.at,
        previous=old.ciphertext if old and overlaps else None,
        previous_until=by.at + timedelta(seconds=overlap_seconds) if overlaps else None,
    )


def _mark(text: str, organization_id: str, secret_purpose: str) -> str:
    """A keyed hash, equal for equal texts of one organization and purpose. Guessing a text needs the KMS key."""
    derived = secrets.derived_key("integration-secrets")
    return hmac.digest(derived, f"{organization_id}:{secret_purpose}:{text}".encode(), "sha256").hex()


def _item(integration: Integration, by: Caller) -> Item:
    index: Item = {}
    if integration.vendor in RECONCILIATION_PARTITIONS and integration.has_access:
        partition = RECONCILIATION_PARTITIONS[integration.vendor]
        index = {"gsi2pk": partition, "gsi2sk": f"{by.organization_id}#{by.mode}"}
    return {
        **integration_key(by.tenant, integration.vendor)._asdict(),
        "kind": "INTEGRATION",
        **index,
        **dump(integration),
    }


def _health(integration: Integration, by: Caller) -> ConnectionHealth:
    if integration.vendor in _POLLED:
        item = get(cursor_key(by.tenant, integration.vendor))
        return load(Cursor, item).health() if item else ConnectionHealth()
    if integration.connection_id is None:
        return ConnectionHealth()
    connection = connections.find(integration.connection_id, integration.vendor)
    return connection.health() if connection else ConnectionHealth()


def _changes(before: Integration | None, after: Integration | None) -> tuple[audit.Change, ...]:
    """The changes for the audit log: addresses and secrets masked, a URL without its query, which may have a secret."""
    integration = before or after
    secret_names = VENDORS[integration.vendor].secrets if integration else ()
    hidden = ("connection_id", *(f"secrets.{name}" for name in secret_names))
    return audit.changes(_audited(before) if before else {}, _audited(after) if after else {}, secret=hidden)


def _audited(integration: Integration) -> dict[str, Json]:
    return {
        "connection_id": integration.connection_id,
        **{
            f"settings.{name}": address.without_query(value) if name == "url" else value
            for name, value in integration.settings.items()
        },
        **{f"secrets.{name}": secret.ciphertext for name, secret in integration.secrets.items()},
        **{
            f"secrets.{name}.previous_accepted_until": rfc3339(secret.previous_until)
            for name, secret in integration.secrets.items()
            if secret.previous_until
        },
    }
