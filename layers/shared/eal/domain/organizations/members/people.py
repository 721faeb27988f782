"""People across organizations, in the Access table: the memberships of one e-mail address, found by its hash.

A sign-in knows an address and no organization. The first sign-in binds the item to the subject of the user pool's
account, because an address can pass to another person.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from eal.core import aws, settings
from eal.core.table.item import dump, from_attributes, load, to_attributes
from eal.core.table.write import Operation, Stale, at_version, put_version

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`id` is the hash of the address. `memberships` is the id of the member in each organization."""

    id: str
    memberships: dict[str, str]
    version: int
    subject: str | None = None


def person_id(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()


def find(person: str) -> Person | None:
    answer = aws.dynamodb().get_item(
        TableName=settings.access_table(), Key=to_attributes({"pk": _pk(person)}), ConsistentRead=True
    )
    return load(Person, from_attributes(answer["Item"])) if answer.get("Item") else None


def add_membership(email: str, member_id: str, by: Caller) -> None:
    """Record in the caller's transaction that the address is a member of the caller's organization."""
    old = find(person_id(email)) or Person(id=person_id(email), memberships={}, version=0)
    memberships = {**old.memberships, by.organization_id: member_id}
    _replace(old, replace(old, memberships=memberships), by)


def remove_membership(email: str, by: Caller) -> None:
    """Record in the caller's transaction that the address is no longer a member of the caller's organization."""
    old = find(person_id(email))
    if old is None or by.organization_id not in old.memberships:
        return
    memberships = {
        organization_id: member_id
        for organization_id, member_id in old.memberships.items()
        if organization_id != by.organization_id
    }
    if memberships:
        _replace(old, replace(old, memberships=memberships), by)
    else:
        by.transaction.add(_delete(old))


def bind(old: Person, subject: str, by: Caller) -> None:
    """Bind the person to an account of the user pool in the caller's transaction."""
    _replace(old, replace(old, subject=subject), by)


def _replace(old: Person, new: Person, by: Caller) -> None:
    item = {"pk": _pk(new.id), **dump(replace(new, version=old.version + 1))}
    by.transaction.add(put_version(settings.access_table(), item, was=old.version))


def _delete(old: Person) -> Operation:
    request = {
        "Delete": {
            "TableName": settings.access_table(),
            "Key": to_attributes({"pk": _pk(old.id)}),
            **at_version(old.version),
        }
    }
    return Operation(cast("TransactWriteItemTypeDef", request), lambda _old: Stale())


def _pk(person: str) -> str:
    return f"M#{person}"
