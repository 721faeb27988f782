"""What CallRail sent, merged into our calls. A message is as `eal.entry.receiver` enqueues it."""

from typing import TYPE_CHECKING, cast

from eal import clock, observe
from eal.caller import Caller, vendor
from eal.calls import store as calls
from eal.entry.consumer import Consumer, Message
from eal.integrations import connections, inbound
from eal.vendors import callrail

if TYPE_CHECKING:
    from eal.table.keys import Mode


def normalise(message: Message) -> None:
    """Merge one event into its call, and remember that the connection is alive."""
    received_at = clock.parse(cast("str", message["received_at"]))
    raw = inbound.raw(cast("str", message["raw"]))
    snapshot = callrail.call_in(cast("str", message["kind"]), raw, received_at)
    if snapshot is None:
        # Forms and text messages: their raw bodies stay in the bucket; nothing makes resources of them.
        observe.count("inbound_unknown_kind")
    else:
        by = _by(message)
        if calls.take_in(snapshot, by) is None:
            observe.count("inbound_duplicates")
        by.write.commit()
    connections.stamp_event(cast("str", message["connection_id"]), received_at)


def _by(message: Message) -> Caller:
    by = vendor(
        callrail.VENDOR,
        cast("str", message["organization_id"]),
        cast("Mode", message["mode"]),
        cast("str", message["request_id"]),
    )
    observe.bind(organization_id=by.organization_id, mode=by.mode)
    return by


handler = Consumer(normalise).handler
