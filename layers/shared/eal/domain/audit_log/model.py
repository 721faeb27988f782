"""What records are asked for by; and a checkpoint: what it states, in the form that is signed, kept and hashed."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from eal.core.audit import Source
from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.table.item import dump
from eal.core.tenancy import Mode, TenantScoped
from eal.core.wire import Wire

_SIGNED = ("organization_id", "mode", "size", "root", "signed_at", "key_id", "previous")


class AuditLogFilters(Wire):
    action: Annotated[
        str | None, Field(max_length=100, description="The action, such as `lead.created`.")
    ] = None
    actor_id: Annotated[str | None, Field(max_length=100)] = None
    source: Source | None = None
    resource_type: Annotated[str | None, Field(max_length=50)] = None
    resource_id: Annotated[str | None, Field(max_length=100)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint(TenantScoped):
    """`previous` is the SHA-256 of the checkpoint before, `key_id` that of the public key's DER form.

    `before` is the id of the one before: for look-ups, and not part of what is stated.
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
        """What the signature is over: the RFC 8785 JSON of all that is stated."""
        return _canonical(self._stated())

    def document(self) -> bytes:
        """The whole checkpoint as RFC 8785 JSON: what the bucket keeps, and what the next one names the hash of."""
        return _canonical({**self._stated(), "signature": self.signature})

    def _stated(self) -> dict[str, Json]:
        whole = dump(self)
        return {name: whole[name] for name in _SIGNED}


def _canonical(value: dict[str, Json]) -> bytes:
    import rfc8785

    return rfc8785.dumps(value)
