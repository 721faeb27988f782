"""Imports leads from uploaded files: each message is an S3 event notification, or an import."""

from eal.core import uploads
from eal.core.table.item import load
from eal.domain.lead_imports import run
from eal.domain.lead_imports.messages import ImportLeadsTask
from eal.entry.queue import Consumer, Message, RetryPolicy


def consume(message: Message) -> None:
    if "import_id" in message:
        run.work(load(ImportLeadsTask, message))
    else:
        run.enqueue_uploaded(uploads.in_notification(message))


def consume_last(message: Message) -> None:
    if "import_id" in message:
        run.work_final_attempt(load(ImportLeadsTask, message))
    else:
        run.enqueue_uploaded(uploads.in_notification(message))


def give_up(message: Message, fault: Exception) -> None:
    if "import_id" in message:
        run.give_up([load(ImportLeadsTask, message)], fault)
    else:
        run.give_up(run.uploaded(uploads.in_notification(message)), fault)


RETRY_POLICY = RetryPolicy(
    queue="import",
    first_delay_seconds=60,
    give_up=give_up,
    consume_last=consume_last,
    handled_elsewhere=(run.Overtaken,),
)
handler = Consumer(consume, retry_policy=RETRY_POLICY).handler
