"""People across organizations: the account that an e-mail address is bound to, and the memberships of an address.

A sign-in knows an address and no organization. The first sign-in binds the hash of the address, in the Access table, to
the subject of the user pool's account, because an address can pass to another person. An index has the members of all
organizations by that hash: each is an item of its own, so invitations of strangers neither fill nor lock anything.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import aws, settings
from eal.core.clock import rfc3339
from eal.core.table.item import dump, from_attributes, load, to_attributes
from eal.core.table.read import walk
from eal.core.table.write import Operation, Stale, at_version, put_version

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.domain.members.model import Member

_SIGNED_IN, _INVITED = "signed_in", "invited"
"""The first parts of sort keys. In descending order, memberships that the person has accepted come first."""


class MembershipKey(NamedTuple):
    """By which a membership is read."""

    organization_id: str
    member_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`id` is the hash of the address, `subject` the account of the user pool that it is bound to."""

    id: str
    version: int
    subject: str


def person_id(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()


def find(person: str) -> Person | None:
    """Who an address is bound to; None before the first sign-in."""
    response = aws.dynamodb().get_item(
        TableName=settings.access_table(), Key=to_attributes({"pk": _pk(person)}), ConsistentRead=True
    )
    return load(Person, from_attributes(response["Item"])) if response.get("Item") else None


def index_attributes(member: Member) -> Item:
    """By person, in the order of the last sign-in, or else of the invitation."""
    at = member.last_signed_in_at
    order = f"{_SIGNED_IN}#{rfc3339(at)}" if at else f"{_INVITED}#{rfc3339(member.invited_at)}"
    return {"gsi1pk": _partition(person_id(member.email)), "gsi1sk": f"{order}#{member.id}"}


def membership_keys(person: str, limit: int) -> list[MembershipKey]:
    """The memberships of a person: first those that they signed in to last, then the newest invitations.

    An index may lack those of the last second, and have removed ones.
    """
    found = walk(
        "gsi1pk = :person", {":person": _partition(person)}, index="gsi1", limit=limit, newest_first=True
    )
    return [_key_of(item) for item in islice(found, limit)]


def bind(person: str, subject: str, by: Caller) -> None:
    """Bind the address to an account of the user pool in the caller's transaction, for the first time."""
    item = {"pk": _pk(person), **dump(Person(id=person, version=1, subject=subject))}
    by.transaction.add(put_version(settings.access_table(), item, was=0))


def leave(email: str, by: Caller) -> None:
    """Record in the caller's transaction that a person leaves the caller's organization, to which they had signed in.
    The address is unbound, unless the person has signed in to another organization.
    """
    old = find(person_id(email))
    if old and not _has_signed_in_elsewhere(old.id, by.organization_id):
        by.transaction.add(_delete(old))


def _has_signed_in_elsewhere(person: str, organization_id: str) -> bool:
    accepted = walk(
        "gsi1pk = :person AND begins_with(gsi1sk, :signed_in)",
        {":person": _partition(person), ":signed_in": _SIGNED_IN},
        index="gsi1",
        limit=2,
    )
    return any(_key_of(item).organization_id != organization_id for item in accepted)


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


def _partition(person: str) -> str:
    """`PERSON#…`. The index is read for the person alone, who is a member of several tenants."""
    return f"PERSON#{person}"


def _key_of(member: Item) -> MembershipKey:
    organization_id, _, _ = cast("str", member["pk"]).partition("#")
    return MembershipKey(organization_id, cast("str", member["id"]))
