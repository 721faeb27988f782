"""Integrations in the State table, each with its connection in the Access table if its vendor has a receiver."""

import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from eal.core import audit, secrets, settings
from eal.core.caller import Caller
from eal.core.clock import rfc3339
from eal.core.errors import UNKNOWN_FIELD, FieldError, NotFound, ValidationFailed
from eal.core.json import Json
from eal.core.listing import ListQuery
from eal.core.outbound import address
from eal.core.table import page
from eal.core.table.item import Item, dump, load
from eal.core.table.keys import Key, key
from eal.core.table.page import Entry, Page
from eal.core.table.read import get, get_all
from eal.core.tenancy import Tenant
from eal.domain.integrations import connections
from eal.domain.integrations.model import (
    ASKED,
    VENDORS,
    Health,
    Integration,
    Secret,
    Terms,
    can_sign,
    purpose,
)
from eal.domain.integrations.wire import IntegrationPut


def at(tenant: Tenant, vendor: str) -> Key:
    """`org_…#live#INTEGRATION`, `callrail`."""
    return key(tenant, "INTEGRATION", vendor)


def put(vendor: str, body: IntegrationPut, by: Caller) -> tuple[Integration, Health]:
    """Connect a vendor, or change the connection: what is left out stays, null removes, addresses stay.

    Raises: NotFound for an unknown vendor; ValidationFailed for a name that this vendor does not have, and for an
    address or a secret that could not be used.
    """
    terms = VENDORS.get(vendor)
    if terms is None:
        raise NotFound(f"There is no vendor '{vendor[:40]}'. Use one of: {', '.join(VENDORS)}.")
    _check(vendor, terms, body)
    before = find(vendor, by)
    by.transaction.check_if_match(before.version if before else 0)
    started = Integration(vendor=vendor, created_at=by.at, updated_at=by.at, version=0)
    after = _changed(before or started, terms, body, by)
    if after == before:
        return before, _health(before)
    after = replace(after, updated_at=by.at, version=after.version + 1)
    by.transaction.put_version(_item(after, by), was=before.version if before else 0)
    if after.connection_id:
        by.transaction.add(connections.put(after.connection_id, after, after.signing, by.tenant))
    by.transaction.audit(
        "integration.updated" if before else "integration.created", vendor, _changes(before, after)
    )
    return after, _health(before) if before else Health()


def find(vendor: str, by: Caller) -> Integration | None:
    """The caller's integration with the vendor, if there is one in its mode."""
    item = get(at(by.tenant, vendor))
    return load(Integration, item) if item else None


def api_key(vendor: str, by: Caller) -> str | None:
    """The key to the vendor's API that the caller's tenant has given, if it has."""
    integration = find(vendor, by)
    secret = integration.secrets.get("api_key") if integration else None
    if secret is None:
        return None
    return secrets.decrypt(
        secret.ciphertext, organization_id=by.organization_id, purpose=purpose(vendor, "api_key")
    )


def search(query: ListQuery, by: Caller) -> Page[tuple[Integration, Health]]:
    """The integrations of the caller's mode with their health, newest first."""
    items = get_all([at(by.tenant, vendor) for vendor in VENDORS])
    found = [load(Integration, item) for item in items if item]
    known = connections.find_all([one.connection_id for one in found if one.connection_id])

    def health(integration: Integration) -> Health:
        return known[integration.vendor].health() if integration.vendor in known else Health()

    return page.paginate_in_memory(
        by.tenant, query, [Entry(one.vendor, one.created_at, (one, health(one))) for one in found]
    )


def remove(vendor: str, by: Caller) -> None:
    """Disconnect a vendor: secrets and addresses are gone; connecting it again makes new addresses.

    Raises: NotFound.
    """
    old = find(vendor, by) if vendor in VENDORS else None
    if old is None:
        raise NotFound(f"'{vendor[:40]}' is not connected.")
    by.transaction.delete(at(by.tenant, vendor), was=old.version)
    if old.connection_id:
        by.transaction.add(connections.delete(old.connection_id))
    by.transaction.audit("integration.deleted", vendor, _changes(old, None))


def _check(vendor: str, terms: Terms, body: IntegrationPut) -> None:
    wrong: list[FieldError] = [
        *_unknown("settings", body.settings, terms.settings),
        *_unknown("secrets", body.secrets, terms.secrets),
    ]
    if vendor == "crm":
        wrong += _crm_faults(body)
    if wrong:
        raise ValidationFailed(wrong)


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


def _crm_faults(body: IntegrationPut) -> Iterable[FieldError]:
    """What of a CRM we could not push to, or not sign with."""
    if url := body.settings.get("url"):
        yield from address.faults(url, "/settings/url", loopback=settings.is_local())
    secret = body.secrets.get("signing_secret")
    if secret and not can_sign(secret):
        message = (
            "Must be 'whsec_' and the base64 of 24 to 64 bytes, or any other text of at least 24 characters."
        )
        yield {
            "pointer": "/secrets/signing_secret", "message": message, "type": "weak_secret", "location": "body",
        }  # fmt: skip


def _changed(before: Integration, terms: Terms, body: IntegrationPut, by: Caller) -> Integration:
    kept = {name: secret for name, secret in before.secrets.items() if name not in body.secrets}
    given = {
        name: _secret(before, name, text, body.overlap_seconds, by)
        for name, text in body.secrets.items()
        if text is not None
    }
    chosen = {**before.settings, **body.settings}
    return replace(
        before,
        connection_id=before.connection_id or (connections.new_id() if terms.kinds else None),
        secrets={**kept, **given},
        settings={name: value for name, value in chosen.items() if value is not None},
    )


def _secret(before: Integration, name: str, text: str, overlap_seconds: int, by: Caller) -> Secret:
    """The secret as it is stored. One given again stays as it is, and so does what it replaced, unless there shall
    be no overlap: a repeated request must not end an overlap that the first one began."""
    use = purpose(before.vendor, name)
    mark = _mark(text, by.organization_id, use)
    old = before.secrets.get(name)
    if old and old.mark == mark:
        return old if overlap_seconds else replace(old, previous=None, previous_until=None)
    overlaps = old and overlap_seconds and name == VENDORS[before.vendor].signing
    return Secret(
        ciphertext=secrets.encrypt(text, organization_id=by.organization_id, purpose=use),
        mark=mark,
        updated_at=by.at,
        previous=old.ciphertext if old and overlaps else None,
        previous_until=by.at + timedelta(seconds=overlap_seconds) if overlaps else None,
    )


def _mark(text: str, organization_id: str, use: str) -> str:
    """Equal for equal texts of one tenant and use. Without the KMS key nobody can try texts against it."""
    derived = secrets.derived_key("integration-secrets")
    return hmac.digest(derived, f"{organization_id}:{use}:{text}".encode(), "sha256").hex()


def _item(integration: Integration, by: Caller) -> Item:
    place = at(by.tenant, integration.vendor)
    asked: Item = {}
    if integration.vendor in ASKED and "api_key" in integration.secrets:
        asked = {"gsi2pk": ASKED[integration.vendor], "gsi2sk": f"{by.organization_id}#{by.mode}"}
    return {**place._asdict(), "kind": "INTEGRATION", **asked, **dump(integration)}


def _health(integration: Integration) -> Health:
    if integration.connection_id is None:
        return Health()
    connection = connections.find(integration.connection_id, integration.vendor)
    return connection.health() if connection else Health()


def _changes(before: Integration | None, after: Integration | None) -> tuple[audit.Change, ...]:
    """What the log shows: addresses and secrets as stars, a URL without its query, which often holds a secret."""
    terms = next(VENDORS[one.vendor] for one in (before, after) if one)
    hidden = ("connection_id", *(f"secrets.{name}" for name in terms.secrets))
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
