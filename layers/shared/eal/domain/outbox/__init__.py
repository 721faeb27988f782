"""The outbox: events, tasks and audit records on their way from the State table to the bus."""
