"""What the API takes and shows of audit records."""

from typing import Annotated, Self

from pydantic import Field, JsonValue

from eal.audit import ActorType, AuditRecord, Source
from eal.clock import Instant
from eal.listing import ListQuery, PageView
from eal.wire import Wire


class AuditLogQuery(ListQuery):
    action: Annotated[str | None, Field(max_length=100, description="As in `lead.created`.")] = None
    actor_id: Annotated[str | None, Field(max_length=100)] = None
    source: Source | None = None
    resource_type: Annotated[str | None, Field(max_length=50)] = None
    resource_id: Annotated[str | None, Field(max_length=100)] = None


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
    previous_hash: str | None
    hash: str | None

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
        )


class AuditRecordPage(PageView[AuditRecordView]):
    pass
