"""Imports of leads whose file was uploaded: a message is S3's notification of it."""

from eal.domain.lead_imports import run
from eal.entry.queue import Consumer, RetryPolicy

RETRY_POLICY = RetryPolicy(
    queue="import",
    first_delay_seconds=60,
    max_receives=run.RECEIVES,
    give_up=run.give_up,
    consume_last=run.work_last,
    left_to_others=(run.Overtaken,),
)
handler = Consumer(run.work, retry_policy=RETRY_POLICY).handler
