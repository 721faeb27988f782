"""Numbers and publishes the events, tasks and audit records in the State table's stream."""

from eal.domain.outbox.model import group_of
from eal.domain.outbox.publish import Unhashable, publish
from eal.entry.stream import StreamConsumer

# A retry cannot hash the record: it stays pending, and each sweep fails and raises the alarm.
handler = StreamConsumer(group_of, publish, not_retried=(Unhashable,)).handler
