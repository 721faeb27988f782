"""Audit records: actor, action, resource and each field's change. Personal values appear only as commitments.

A commitment is the HMAC-SHA256 of the value under the resource's own random salt. Erasing a person deletes the salt.
The record, its hash and the chain remain valid, and nobody can find the value that the commitment stands for.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from eal.core.json import MAX_NUMBER, Json

type Source = Literal["api", "dashboard", "worker", "webhook", "system"]
type ActorType = Literal["api_key", "member", "worker", "vendor", "system"]

HASHED_FIELDS = (
    "id", "action", "source", "actor", "resource", "changes", "request_id", "created_at",
    "organization_id", "mode", "seq", "previous_hash",
)  # fmt: skip
GENESIS = "0" * 64
_NOT_STATE = frozenset({"version", "updated_at", "salt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An API key or member by id, or a worker or vendor by name. `ip` is set for a request."""

    type: ActorType
    id: str
    ip: str | None = None


class Change(NamedTuple):
    """One field before and after; None stands for absent."""

    field: str
    before: Json = None
    after: Json = None

    def as_json(self) -> dict[str, Json]:
        """`{field, from, to}`, as the API shows it."""
        return {"field": self.field, "from": self.before, "to": self.after}


def new_salt() -> str:
    """128 random bits. Store them on the resource and nowhere else."""
    return secrets.token_hex(16)


def commitment(value: Json, salt: str) -> str:
    """The text that stands for a personal value in the log."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "hmac-sha256:" + hmac.digest(bytes.fromhex(salt), text.encode(), "sha256").hex()


def changes(
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    *,
    personal: Collection[str] = (),
    salt: str | None = None,
    secret: Collection[str] = (),
) -> tuple[Change, ...]:
    """The fields that differ, in alphabetical order. Personal ones need the resource's salt; secret ones show `***`."""

    def shown(field: str, value: Json) -> Json:
        if value is None:
            return None
        if field in secret:
            return "***"
        if field in personal:
            if salt is None:
                raise ValueError(f"the personal field {field} needs its resource's salt")
            return commitment(value, salt)
        return value

    # An empty list or object counts as absent: a field that was never set has not changed.
    old = {name: value for name, value in before.items() if value not in ([], {})}
    new = {name: value for name, value in after.items() if value not in ([], {})}
    return tuple(
        Change(field=field, before=shown(field, old.get(field)), after=shown(field, new.get(field)))
        for field in sorted({*old, *new} - _NOT_STATE)
        if old.get(field) != new.get(field)
    )


def can_be_hashed(value: Json) -> bool:
    """Whether RFC 8785 can represent the value as the table returns it, where whole floats are integers."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, (int, float)):
        return abs(value) <= MAX_NUMBER
    if isinstance(value, dict):
        return all(map(can_be_hashed, value)) and all(map(can_be_hashed, value.values()))
    return all(map(can_be_hashed, cast("Sequence[Json]", value)))


def chained_hash(record: Mapping[str, Json]) -> str:
    """SHA-256 over the RFC 8785 form of the record's HASHED_FIELDS, the previous record's hash among them.

    Raises: ValueError for a record that RFC 8785 cannot represent.
    """
    import rfc8785

    body = {name: record[name] for name in HASHED_FIELDS if record.get(name) is not None}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()
