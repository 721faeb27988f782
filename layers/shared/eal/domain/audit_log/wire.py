"""What the API takes and shows of audit records."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, JsonValue

from eal.core.audit import ActorType, AuditRecord, Source
from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.table.item import dump
from eal.core.tenancy import Mode
from eal.core.wire import Wire
from eal.domain.audit_log.model import AuditLogFilters, Checkpoint


class AuditLogQuery(ListQuery, AuditLogFilters):
    pass


class ActorView(Wire):
    type: ActorType
    id: str
    ip: str | None


class ResourceView(Wire):
    type: str
    id: str


class ChangeView(Wire):
    """A field before and after. Personal values are commitments, secrets `***`; null stands for absent."""

    field: str
    before: Annotated[JsonValue, Field(alias="from")]
    to: JsonValue


class AuditRecordView(Wire):
    """`seq`, `previous_hash` and `hash` are null until the record is numbered, which takes seconds."""

    id: str
    action: str
    actor: ActorView
    source: Source
    resource: ResourceView
    changes: list[ChangeView]
    request_id: str
    created_at: Instant
    seq: int | None
    previous_hash: Annotated[
        str | None, Field(description="The `hash` of the record before; of `seq` 1, 64 zeros.")
    ]
    hash: Annotated[
        str | None,
        Field(
            description="SHA-256, in hex, of the RFC 8785 JSON of this record without `hash`, and without `actor.ip` "
            "where that is null. All other members are hashed, `previous_hash` and the nulls in `changes` too."
        ),
    ]
    organization_id: str
    mode: Mode

    @classmethod
    def of(cls, record: AuditRecord) -> Self:
        return cls(
            id=record.id,
            action=record.action,
            actor=ActorView(type=record.actor.type, id=record.actor.id, ip=record.actor.ip),
            source=record.source,
            resource=ResourceView(type=record.resource.type, id=record.resource.id),
            changes=[ChangeView.model_validate(change) for change in record.changes],
            request_id=record.request_id,
            created_at=record.created_at,
            seq=record.seq,
            previous_hash=record.previous_hash,
            hash=record.hash,
            organization_id=record.organization_id,
            mode=record.mode,
        )


class AuditRecordPage(PageView[AuditRecordView]):
    pass


class CheckpointView(Wire):
    """A signed statement of how many records the log had, and of the Merkle root over them."""

    id: str
    organization_id: str
    mode: Mode
    size: Annotated[int, Field(description="Records in the tree: `seq` 1 to this.")]
    root: Annotated[str, Field(description="RFC 6962 root over the records' hashes, in hex.")]
    signed_at: Instant
    key_id: Annotated[str, Field(description="SHA-256 of the public key's DER form, in hex.")]
    previous: Annotated[
        str, Field(description="SHA-256 of the RFC 8785 JSON of the checkpoint before, with its signature.")
    ]
    signature: Annotated[
        str,
        Field(
            description="Base64 of the ECDSA P-256 SHA-256 signature (DER) over the RFC 8785 JSON of "
            "`organization_id`, `mode`, `size`, `root`, `signed_at`, `key_id` and `previous`."
        ),
    ]
    public_key: Annotated[str, Field(description="PEM. Keep it from a time when you trusted us.")]

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Self:
        return cls.model_validate(dump(checkpoint))


class CheckpointPage(PageView[CheckpointView]):
    pass


class ProofView(Wire):
    """That a record is in the log that the checkpoint states. Its leaf is SHA-256 of 0x00 and its hash's bytes."""

    record: AuditRecordView
    leaf_index: int
    tree_size: int
    path: Annotated[list[str], Field(description="RFC 6962 audit path, from the leaf up, in hex.")]
    checkpoint: CheckpointView


class ConsistencyQuery(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    from_id: Annotated[
        str | None,
        Field(
            alias="from",
            max_length=100,
            description="The earlier checkpoint's id; the one before by default.",
        ),
    ] = None


class ConsistencyView(Wire):
    """That the log of `to` begins with the log of `from`, unchanged."""

    earlier: Annotated[CheckpointView, Field(alias="from")]
    to: CheckpointView
    path: Annotated[
        list[str],
        Field(description="RFC 6962 consistency proof, in hex; empty where both have the same size."),
    ]
