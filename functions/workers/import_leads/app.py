"""Imports of leads whose file was uploaded: a message is S3's notification of it."""

from eal.entry.consumer import Consumer, RetryPolicy
from eal.lead_imports import run

RETRY_POLICY = RetryPolicy(
    queue="import",
    first_delay_seconds=60,
    not_hastened=(run.Overtaken,),
    max_receives=run.RECEIVES,
    on_last=run.work_or_give_up,
)
handler = Consumer(run.work, retry_policy=RETRY_POLICY).handler
