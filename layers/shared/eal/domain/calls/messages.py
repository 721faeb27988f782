"""Messages to the workers of calls."""

from dataclasses import dataclass

from eal.core.messages import AttemptMessage, TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyCallTask(TenantMessage):
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateDispatchTask(TenantMessage):
    call_id: str
    round: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRecordingTask(AttemptMessage):
    """A message of the recordings' queue."""

    call_id: str
    source_sha256: str
