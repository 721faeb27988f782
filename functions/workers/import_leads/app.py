"""Imports of leads whose file was uploaded: a message is S3's notification of it."""

from eal.entry.consumer import Consumer, Persistence
from eal.lead_imports import run

handler = Consumer(
    run.work,
    persistence=Persistence(
        queue="import", first=60, waits=(run.Overtaken,), receives=run.RECEIVES, last=run.work_or_give_up
    ),
).handler
