"""The State table's stream: events, tasks and audit records are numbered and published."""

from eal.domain.outbox import publish
from eal.entry.stream import StreamConsumer

# Trying again does not give a record a hash: such a record stays pending, and the sweeps raise the alarm.
handler = StreamConsumer(publish.group_of, publish.relay, not_retried=(publish.Unhashable,)).handler
