"""Replays of events to an endpoint. A message names one; what is not done in one run goes on with another message."""

from eal.entry.consumer import Consumer
from eal.webhooks import replay

handler = Consumer(replay.work).handler
