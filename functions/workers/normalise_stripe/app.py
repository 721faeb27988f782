"""What Stripe said of a tenant's subscription becomes its organization's."""

from typing import TYPE_CHECKING

from eal import observe
from eal.caller import Caller
from eal.entry.consumer import Consumer
from eal.errors import NotFound
from eal.integrations import inbound
from eal.integrations.inbound import Received
from eal.organizations import store as organizations
from eal.vendors import stripe

if TYPE_CHECKING:
    from eal.vendors.stripe import Told


def normalise(received: Received, raw: bytes) -> None:
    """Take one event in."""
    told = stripe.subscription_in(raw)
    if told is None:
        observe.count("inbound_unknown_kind")
    else:
        _bill(told, received.as_caller())


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


handler = Consumer(inbound.normaliser(normalise)).handler
