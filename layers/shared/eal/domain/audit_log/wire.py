"""Audit records, checkpoints and proofs, as the API accepts and returns them."""

from __future__ import annotations

from typing import Annotated

from eal.core.audit import ActorType, Source
from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.schema import ConfigDict, Field, JsonValue
from eal.core.tenancy import Mode
from eal.core.wire import Wire
from eal.domain.audit_log.model import AuditLogFilters


class AuditLogQuery(ListQuery, AuditLogFilters):
    pass


class ActorView(Wire):
    type: ActorType
    """`worker`: a background process of this API. `vendor`: a vendor, by its webhooks. `system`: an operator of this
    API, or a link in an e-mail."""
    id: str
    """The id of the API key or member, or the name of the worker or vendor."""
    ip: str | None
    """The IP address that sent the request. Null if there was none."""


class ResourceView(Wire):
    type: str
    """The part of the action before the dot, such as `lead` or `api_key`."""
    id: str
    """The id of the resource or, for an integration, the name of its vendor."""


class ChangeView(Wire):
    """A field's value before and after the change. Personal values are replaced by commitments, secrets by `***`. Null
    means absent.
    """

    field: str
    """The name of the field, or its path, such as `settings.sender`."""
    before: Annotated[JsonValue, Field(alias="from")]
    """The value before the change. Null if there was none."""
    to: JsonValue
    """The value after the change. Null if there is none."""


class AuditRecordView(Wire):
    """An audit record. `seq`, `previous_hash` and `hash` are null until the record is numbered, which takes a few
    seconds.
    """

    id: str
    action: str
    """The resource's type and what was done, such as `lead.created`."""
    actor: ActorView
    """Who or what made the change."""
    source: Source
    """`api`: a request with an API key. `dashboard`: a request with a session. `worker`: a background process of this
    API. `webhook`: a vendor's webhook. `system`: an operator of this API, or a link in an e-mail."""
    resource: ResourceView
    """The changed resource."""
    changes: list[ChangeView]
    """The fields that changed, except `version` and `updated_at`."""
    request_id: str
    """The `X-Request-Id` of the request that made or caused the change."""
    created_at: Instant
    seq: int | None
    """The record's number in the log, without gaps, from 1."""
    previous_hash: str | None
    """The `hash` of the previous record; 64 zeros for `seq` 1."""
    hash: str | None
    """The hex SHA-256 of this record as RFC 8785 JSON, without `hash`, and without `actor.ip` if it is null. All other
    members are included, even `previous_hash` and the nulls in `changes`."""
    organization_id: str
    """The id of the organization whose log contains the record."""
    mode: Mode


class AuditRecordPage(PageView[AuditRecordView]):
    pass


class CheckpointView(Wire):
    """A signed statement of the number of records in the log and the Merkle root over them."""

    id: str
    organization_id: str
    """The id of the organization whose log is signed."""
    mode: Mode
    size: int
    """The number of records in the tree: `seq` 1 to `size`."""
    root: str
    """The hex RFC 6962 root over the records' hashes."""
    signed_at: Instant
    """When the checkpoint was signed."""
    key_id: str
    """The hex SHA-256 of the public key in DER form."""
    previous: str
    """The hex SHA-256 of the previous checkpoint as RFC 8785 JSON, including its signature."""
    signature: str
    """The ECDSA P-256 signature with SHA-256, as Base64 of its DER form, over `organization_id`, `mode`, `size`,
    `root`, `signed_at`, `key_id` and `previous` as RFC 8785 JSON."""
    public_key: str
    """The public key in PEM form. Verify with a copy that you saved earlier, not with the one in this response."""


class CheckpointPage(PageView[CheckpointView]):
    pass


class ProofView(Wire):
    """Proof that a record is in the log of the checkpoint. The record's leaf is the SHA-256 of a 0x00 byte followed by
    the bytes of its hash.
    """

    record: AuditRecordView
    """The record that is proven to be in the log."""
    leaf_index: int
    """The record's position in the tree, from 0."""
    tree_size: int
    """The `size` of the checkpoint."""
    path: list[str]
    """The RFC 6962 audit path from the leaf upwards, in hex."""
    checkpoint: CheckpointView
    """The signed checkpoint to whose `root` the path leads."""


class ConsistencyQuery(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    from_id: Annotated[str | None, Field(alias="from", max_length=100)] = None
    """The id of the earlier checkpoint. Defaults to the one before `checkpoint_id`."""


class ConsistencyView(Wire):
    """Proof that the log of `from` is an unchanged prefix of the log of `to`."""

    earlier: Annotated[CheckpointView, Field(alias="from")]
    """The earlier checkpoint."""
    to: CheckpointView
    """The later checkpoint: the one in the request's path."""
    path: list[str]
    """The RFC 6962 consistency proof, in hex. Empty if both checkpoints have the same size."""
