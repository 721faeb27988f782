"""Audit records into locked objects in S3. A message names a tenant and mode that have new records."""

from dataclasses import dataclass

from eal.audit_log.archive import archive
from eal.entry.consumer import Message, SubjectConsumer
from eal.table.item import load
from eal.table.keys import Mode

RUN_SECONDS = 45
"""Of the function's 60: a segment takes ten at most, with all attempts at S3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Whose records wait. No request is named: one message stands for all that wrote some."""

    organization_id: str
    mode: Mode


def consume(message: Message, ends: float) -> None:
    log = load(Log, message)
    archive(log.organization_id, log.mode, ends)


handler = SubjectConsumer(consume, subject=("organization_id", "mode"), seconds=RUN_SECONDS).handler
