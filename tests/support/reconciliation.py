"""Reconciliation in process: the scheduled run, and the vendor's worker on its messages."""

from __future__ import annotations

import json

from tests.support.http import load_app
from tests.support.pipeline import peek, sqs_event

QUEUES = {
    "callrail": "CallrailReconciliationQueue",
    "resend": "ResendReconciliationQueue",
    "google_business": "GoogleBusinessReconciliationQueue",
}
_WORKERS = {
    "callrail": "reconcile_callrail",
    "resend": "reconcile_resend",
    "google_business": "poll_reviews",
}


def enqueue(vendor: str) -> list[str]:
    """Run the scheduled run. Returns the messages of the vendor's queue."""
    load_app("workers/enqueue_reconciliations").handler({}, None)
    return [json.dumps(message) for message in peek(QUEUES[vendor])]


def consume(vendor: str, message: str, received: int = 1) -> bool:
    """Pass a message to the vendor's worker. Returns whether it succeeded."""
    event = sqs_event(QUEUES[vendor], [message], received)
    done: bool = load_app(f"workers/{_WORKERS[vendor]}").handler(event, None) == {"batchItemFailures": []}
    return done


def run(vendor: str) -> bool:
    """Run the scheduled run, then consume its messages. Returns whether all of them succeeded."""
    done = [consume(vendor, message) for message in enqueue(vendor)]
    return all(done)
