"""Archives audit records. A message names a tenant and mode with new records."""

from eal.core.messages import TenantMessage
from eal.core.table.item import load
from eal.domain.audit_log.archive import archive
from eal.entry.queue import Message, SubjectConsumer

RUN_SECONDS = 45
"""Time for one run, in seconds; the function times out after 60. A segment takes at most 10, including all retries of
S3."""


def consume(message: Message, deadline: float) -> None:
    log = load(TenantMessage, message)
    archive(log.tenant, log.request_id, deadline)


handler = SubjectConsumer(consume, subject=("organization_id", "mode"), seconds=RUN_SECONDS).handler
