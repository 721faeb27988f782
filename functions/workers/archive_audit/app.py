"""Audit records into locked objects in S3. A message names a tenant and mode that have new records."""

from typing import cast

from eal.audit_log.archive import archive
from eal.entry.consumer import Consumer, Message
from eal.table.keys import Mode


def consume(message: Message) -> None:
    archive(cast("str", message["organization_id"]), cast("Mode", message["mode"]))


handler = Consumer(consume).handler
