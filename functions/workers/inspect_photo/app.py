"""Inspects uploaded photos of claims: each message is an S3 event notification, or a photo."""

from eal.domain.claims.photos import inspection
from eal.entry.queue import Consumer, RetryPolicy

RETRY_POLICY = RetryPolicy(
    queue="photo",
    first_delay_seconds=30,
    give_up=inspection.give_up,
    consume_last=inspection.work_final_attempt,
)
handler = Consumer(inspection.work, retry_policy=RETRY_POLICY).handler
