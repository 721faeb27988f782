"""Integrations in the State table, each with its connection in the Access table."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal import audit, secrets, settings
from eal.caller import Caller
from eal.errors import FieldError, Json, NotFound, ValidationFailed
from eal.integrations import connections
from eal.integrations.model import VENDORS, Health, Integration, Secret, Terms, purpose
from eal.integrations.wire import IntegrationPut
from eal.table.item import Item, dump, load, to_attributes
from eal.table.keys import Key, Mode, key
from eal.table.read import get
from eal.table.write import Operation, Stale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


def at(organization_id: str, mode: Mode, vendor: str) -> Key:
    """`org_…#live#INTEGRATION`, `callrail`."""
    return key(organization_id, mode, "INTEGRATION", vendor)


def put(vendor: str, body: IntegrationPut, by: Caller) -> tuple[Integration, Health]:
    """Connect a vendor, or change the connection: what is left out stays, null removes, addresses stay.

    Raises: NotFound for an unknown vendor; ValidationFailed for a name that this vendor does not have.
    """
    terms = VENDORS.get(vendor)
    if terms is None:
        raise NotFound(f"There is no vendor '{vendor[:40]}' to connect: {', '.join(VENDORS)} can be.")
    _check_names(terms, body)
    before = find(vendor, by)
    if before is None:
        by.write.check_if_match(0)
        started = Integration(
            vendor=vendor, connection_id=connections.new_id(), created_at=by.at, updated_at=by.at, version=1
        )
        after = _changed(started, body, by)
        by.write.create(_item(after, by))
    else:
        by.write.check_if_match(before.version)
        after = _changed(before, body, by)
        if after == before:
            return before, _health(before)
        after = replace(after, updated_at=by.at, version=before.version + 1)
        by.write.replace(_item(after, by), was=before.version)
    by.write.add(_connect(after, by))
    changes = audit.changes(
        _audited(before) if before else {}, _audited(after), secret=("connection_id", *_secret_fields(terms))
    )
    by.write.audit("integration.updated" if before else "integration.created", vendor, changes)
    return after, _health(before) if before else Health()


def find(vendor: str, by: Caller) -> Integration | None:
    """The caller's integration with the vendor, if there is one in its mode."""
    item = get(at(by.organization_id, by.mode, vendor))
    return load(Integration, item) if item else None


def _check_names(terms: Terms, body: IntegrationPut) -> None:
    wrong: list[FieldError] = [
        *_unknown("settings", body.settings, terms.settings),
        *_unknown("secrets", body.secrets, terms.secrets),
    ]
    if wrong:
        raise ValidationFailed(wrong)


def _unknown(member: str, given: "Iterable[str]", known: tuple[str, ...]) -> list[FieldError]:
    return [
        {
            "pointer": f"/{member}/{name[:100].replace('~', '~0').replace('/', '~1')}",
            "message": "is not known here",
            "type": "extra_forbidden",
            "location": "body",
        }
        for name in given
        if name not in known
    ]


def _changed(before: Integration, body: IntegrationPut, by: Caller) -> Integration:
    stored = {
        name: Secret(
            ciphertext=secrets.encrypt(
                text, organization_id=by.organization_id, purpose=purpose(before.vendor, name)
            ),
            updated_at=by.at,
        )
        for name, text in body.secrets.items()
        if text is not None
    }
    kept = {name: secret for name, secret in before.secrets.items() if name not in body.secrets}
    chosen = {**before.settings, **body.settings}
    return replace(
        before,
        secrets={**kept, **stored},
        settings={name: value for name, value in chosen.items() if value is not None},
    )


def _item(integration: Integration, by: Caller) -> Item:
    place = at(by.organization_id, by.mode, integration.vendor)
    return {**place._asdict(), "kind": "INTEGRATION", **dump(integration)}


def _connect(integration: Integration, by: Caller) -> Operation:
    """Write the connection that receivers look up, leaving what they stamped on it alone.

    A replaced signing key is refused from this commit on: an overlap would admit who made it necessary.
    """
    signing = integration.secrets.get(VENDORS[integration.vendor].signing)
    ours = "organization_id = :organization AND #mode = :mode"
    update = {
        "TableName": settings.access_table(),
        "Key": to_attributes({"pk": connections.pk(integration.connection_id)}),
        "UpdateExpression": (
            "SET organization_id = :organization, #mode = :mode, vendor = :vendor, ciphertexts = :texts"
        ),
        "ConditionExpression": f"attribute_not_exists(pk) OR ({ours})",
        "ExpressionAttributeNames": {"#mode": "mode"},
        "ExpressionAttributeValues": to_attributes(
            {
                ":organization": by.organization_id,
                ":mode": by.mode,
                ":vendor": integration.vendor,
                ":texts": [signing.ciphertext] if signing else [],
            }
        ),
    }
    return Operation(cast("TransactWriteItemTypeDef", {"Update": update}), lambda _old: Stale())


def _health(integration: Integration) -> Health:
    connection = connections.find(integration.connection_id, integration.vendor)
    return Health(last_event_at=connection.last_event_at if connection else None)


def _secret_fields(terms: Terms) -> list[str]:
    return [f"secrets.{name}" for name in terms.secrets]


def _audited(integration: Integration) -> dict[str, Json]:
    return {
        "connection_id": integration.connection_id,
        **{f"settings.{name}": value for name, value in integration.settings.items()},
        **{f"secrets.{name}": secret.ciphertext for name, secret in integration.secrets.items()},
    }
