"""The normalisation of Stripe's webhooks: subscriptions of organizations."""

from eal.core import observe
from eal.core.caller import Caller
from eal.core.errors import NotFound
from eal.domain.integrations.messages import ReceivedWebhook
from eal.domain.organizations import store as organizations
from eal.vendors.stripe import webhooks
from eal.vendors.stripe.webhooks import SubscriptionEvent


def normalise(received: ReceivedWebhook, raw: bytes) -> None:
    """Record one event."""
    event = webhooks.parse_subscription_event(raw)
    if event is None:
        observe.count("inbound_unknown_kind")
    else:
        _record(event, received.as_caller())


def _record(event: SubscriptionEvent, by: Caller) -> None:
    """An event of the other mode, or of an organization that is neither the connection's own nor a child of it, changes
    nothing."""
    if event.mode != by.mode:
        observe.count("inbound_foreign")
        return
    try:
        is_new = organizations.record_subscription(
            event.subscription, event.organization_id or by.organization_id, by
        )
    except NotFound:
        observe.count("inbound_foreign")
        return
    if not is_new:
        observe.count("inbound_duplicates")
    by.transaction.commit()
