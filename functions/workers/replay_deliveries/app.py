"""Replays of events to an endpoint. If one run does not finish a replay, another message continues it."""

from eal.domain.webhooks.deliveries import replay
from eal.entry.queue import Consumer

handler = Consumer(replay.run).handler
