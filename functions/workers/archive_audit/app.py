"""Audit records into locked objects in S3. A message names a tenant and mode that have new records."""

from eal.core.table.item import load
from eal.domain.audit_log.archive import archive
from eal.entry.queue import Message, SubjectConsumer, TenantMessage

RUN_SECONDS = 45
"""Of the function's 60: a segment takes ten at most, with all attempts at S3."""


def consume(message: Message, ends: float) -> None:
    log = load(TenantMessage, message)
    archive(log.tenant, ends)


handler = SubjectConsumer(consume, subject=("organization_id", "mode"), seconds=RUN_SECONDS).handler
