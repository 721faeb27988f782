"""The outbox: events, tasks and audit records that are committed and not yet published to the bus."""
