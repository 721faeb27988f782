"""What an erased lead left behind: personal values in its stored events, and its history. On the task `erase_lead`."""

from typing import TYPE_CHECKING, cast

from eal.entry.consumer import Consumer, Message
from eal.leads import erasure

if TYPE_CHECKING:
    from eal.table.keys import Mode


def consume(message: Message) -> None:
    erasure.scrub_traces(
        cast("str", message["organization_id"]),
        cast("Mode", message["mode"]),
        cast("str", message["lead_id"]),
    )


handler = Consumer(consume).handler
