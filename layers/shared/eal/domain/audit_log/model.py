"""Audit records and their filters, and checkpoints with the canonical forms that are signed, archived and hashed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from eal.core.audit import Actor, Source
from eal.core.clock import Instant, rfc3339
from eal.core.json import Json
from eal.core.schema import Field, JsonValue
from eal.core.table.item import Item, dump
from eal.core.tenancy import Mode, TenantScoped
from eal.core.wire import Wire

_SIGNED = ("organization_id", "mode", "size", "root", "signed_at", "key_id", "previous")


class AuditLogFilters(Wire):
    action: Annotated[
        str | None, Field(max_length=100, description="The action, such as `lead.created`.")
    ] = None
    actor_id: Annotated[
        str | None,
        Field(
            max_length=100, description="The id of an API key or member, or the name of a worker or vendor."
        ),
    ] = None
    source: Annotated[
        Source | None,
        Field(
            description="What made the change: a request with an API key (`api`) or a session (`dashboard`), a "
            "`worker`, a vendor's `webhook`, or an operator or a link in an e-mail (`system`)."
        ),
    ] = None
    resource_type: Annotated[
        str | None,
        Field(
            max_length=50, description="The part of the action before the dot, such as `lead` or `api_key`."
        ),
    ] = None
    resource_id: Annotated[
        str | None,
        Field(max_length=100, description="The id of the changed resource, such as that of a lead."),
    ] = None
    request_id: Annotated[
        str | None,
        Field(max_length=100, description="The `X-Request-Id` of the request that made the change."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    type: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """The relay sets `seq`, `previous_hash` and `hash`, within a minute of the record's commit."""

    id: str
    action: str
    source: Source
    actor: Actor
    resource: Resource
    changes: tuple[dict[str, JsonValue], ...]
    request_id: str
    created_at: Instant
    organization_id: str
    mode: Mode
    seq: int | None = None
    previous_hash: str | None = None
    hash: str | None = None


class TimeRange(NamedTuple):
    """The archived part of a list: the records created since a time, with ids below `until`."""

    since: datetime
    until: str

    def has(self, record: Item) -> bool:
        # Compared as text: all times have milliseconds and a Z, so they sort as text.
        return str(record["created_at"]) >= rfc3339(self.since) and str(record["id"]) < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint(TenantScoped):
    """`previous` is the SHA-256 of the previous checkpoint, `key_id` that of the public key in DER form.

    `before` is the id of the previous checkpoint. It is not signed.
    """

    id: str
    organization_id: str
    mode: Mode
    size: int
    root: str
    signed_at: Instant
    key_id: str
    previous: str
    signature: str
    public_key: str
    before: str | None = None

    def signed_text(self) -> bytes:
        """The signed bytes: RFC 8785 JSON of the signed fields."""
        return _canonical(self._signed_fields())

    def document(self) -> bytes:
        """The archived bytes, whose hash the next checkpoint contains: RFC 8785 JSON with the signature."""
        return _canonical({**self._signed_fields(), "signature": self.signature})

    def _signed_fields(self) -> dict[str, Json]:
        stored = dump(self)
        return {name: stored[name] for name in _SIGNED}


def _canonical(value: dict[str, Json]) -> bytes:
    import rfc8785

    return rfc8785.dumps(value)
