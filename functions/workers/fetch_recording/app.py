"""Copies the recording of a call from its tracker, on the task `fetch_recording` and its retries."""

from eal.core.table.item import load
from eal.domain.calls import fetching
from eal.domain.calls.messages import FetchRecordingTask
from eal.entry.queue import Consumer, Message


def consume(message: Message) -> None:
    """One attempt of one recording."""
    fetching.fetch(load(FetchRecordingTask, message))


# A tenant with many recordings must not delay those of others.
handler = Consumer(consume, fair_queue="recording").handler
