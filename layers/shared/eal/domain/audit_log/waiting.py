"""The mark of a log with records to archive, and the messages by which a log is archived.

The relay sets the mark in the transaction that assigns a number, and the archive removes it when it has all records. A
log with the mark has a message in the archive queue: the relay enqueues one if it sets the mark on a log that had none,
and the archive enqueues the next one if it cannot remove the mark, because records were numbered during its run. The
queue delays its messages by a minute, so that a busy log causes one run per minute. A message can end in the
dead-letter queue; then the hourly run enqueues another one (`eal.domain.audit_log.backlog`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal.core.table.keys import Key, key

if TYPE_CHECKING:
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

MARK = "unarchived"
"""An attribute of the sequence's item. In an index, it would take one more write to set and one to remove."""


def sequence_key(tenant: Tenant) -> Key:
    """The key of the item whose `last` is the last assigned number."""
    return key(tenant, "SEQUENCE", "AUDIT")


def is_marked(sequence: Item) -> bool:
    """Whether the sequence's item has the mark of unarchived records."""
    return MARK in sequence


def message(tenant: Tenant, request_id: str) -> str:
    """The body of the message by which a log is archived."""
    return json.dumps({**tenant._asdict(), "request_id": request_id})
