"""What Stripe said of a tenant's subscription becomes its organization's. A message is as a receiver enqueues it."""

from typing import TYPE_CHECKING, cast

from eal import clock, observe
from eal.caller import Caller
from eal.entry.consumer import Consumer, Message
from eal.errors import NotFound
from eal.integrations import connections, inbound
from eal.organizations import store as organizations
from eal.vendors import stripe

if TYPE_CHECKING:
    from eal.vendors.stripe import Told


def normalise(message: Message) -> None:
    """Take one event in, and remember that the connection is alive."""
    told = stripe.subscription_in(inbound.raw(cast("str", message["raw"])))
    if told is None:
        observe.count("inbound_unknown_kind")
    else:
        _bill(told, inbound.caller_of(message))
    connections.stamp_event(
        cast("str", message["connection_id"]), clock.parse(cast("str", message["received_at"]))
    )


def _bill(told: "Told", by: Caller) -> None:
    """An event of the other mode, or of a tenant that is not this connection's to bill, changes nothing."""
    if told.mode != by.mode:
        observe.count("inbound_foreign")
        return
    try:
        is_news = organizations.bill(told.subscription, told.organization_id or by.organization_id, by)
    except NotFound:
        observe.count("inbound_foreign")
        return
    if not is_news:
        observe.count("inbound_duplicates")
    by.write.commit()


handler = Consumer(normalise).handler
