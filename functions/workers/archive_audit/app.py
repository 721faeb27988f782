"""Audit records into locked objects in S3. A message names a tenant and mode that have new records."""

from typing import cast

from eal.audit_log.archive import archive
from eal.entry.consumer import Message, SubjectConsumer
from eal.table.keys import Mode

RUN_SECONDS = 45
"""Of the function's 60: a segment takes ten at most, with all attempts at S3."""


def consume(message: Message, ends: float) -> None:
    archive(cast("str", message["organization_id"]), cast("Mode", message["mode"]), ends)


handler = SubjectConsumer(consume, subject=("organization_id", "mode"), seconds=RUN_SECONDS).handler
