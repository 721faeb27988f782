"""Posts a published response as the reply to its review, or deletes the reply of one that is not published any more."""

from eal.core.table.item import load
from eal.entry.queue import Consumer, Message
from eal.vendors.google_business import replying
from eal.vendors.google_business.messages import PostReviewReplyTask


def consume(message: Message) -> None:
    replying.settle(load(PostReviewReplyTask, message))


# A tenant that answers many reviews must not delay the replies of others.
handler = Consumer(consume, fair_queue="post_review_reply").handler
