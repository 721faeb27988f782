"""The State table's stream: events, tasks and audit records are numbered and published."""

from eal.entry import relay

handler = relay.handler
