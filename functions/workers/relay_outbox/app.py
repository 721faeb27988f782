"""The State table's stream: events, tasks and audit records are numbered and published."""

from eal.entry.relay import Relay

handler = Relay().handler
