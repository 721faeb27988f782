"""What Stripe said of a tenant's subscription becomes its organization's."""

from typing import TYPE_CHECKING

from eal.core import observe
from eal.core.caller import Caller
from eal.core.errors import NotFound
from eal.domain.integrations import inbound
from eal.domain.integrations.inbound import Received
from eal.domain.organizations import store as organizations
from eal.entry.queue import Consumer
from eal.vendors.stripe import webhooks

if TYPE_CHECKING:
    from eal.vendors.stripe.webhooks import Told


def normalise(received: Received, raw: bytes) -> None:
    """Take one event in."""
    told = webhooks.subscription_in(raw)
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
    by.transaction.commit()


handler = Consumer(inbound.normaliser(normalise)).handler
