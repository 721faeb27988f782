"""Imports leads from uploaded files: each message is an S3 event notification."""

from eal.domain.lead_imports import run
from eal.entry.queue import Consumer, RetryPolicy

RETRY_POLICY = RetryPolicy(
    queue="import",
    first_delay_seconds=60,
    give_up=run.give_up,
    consume_last=run.work_final_attempt,
    handled_elsewhere=(run.Overtaken,),
)
handler = Consumer(run.work, retry_policy=RETRY_POLICY).handler
