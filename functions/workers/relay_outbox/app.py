"""The State table's stream: events, tasks and audit records are numbered and published."""

from eal.domain.outbox import publish

handler = publish.handler
