"""Inspects uploaded photos of claims: each message is an S3 event notification, or a photo."""

from eal.ai import chain
from eal.ai.photos import PhotoLook
from eal.core.transaction import until_committed
from eal.domain.claims.photos import inspection
from eal.entry.queue import Consumer, Message, RetryPolicy


def inspect(message: Message) -> None:
    judge = chain.Judge[PhotoLook]()
    until_committed(lambda: inspection.work(message, judge))


RETRY_POLICY = RetryPolicy(
    queue="photo",
    first_delay_seconds=30,
    give_up=inspection.give_up,
    consume_last=inspection.work_final_attempt,
)
handler = Consumer(inspect, retry_policy=RETRY_POLICY).handler
