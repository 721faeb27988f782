"""Replays of events to an endpoint. A message names one; what is not done in one run goes on with another message."""

from eal.domain.webhooks.deliveries import replay
from eal.entry.queue import Consumer

handler = Consumer(replay.work).handler
