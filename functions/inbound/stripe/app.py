"""POST /v1/inbound/stripe/{connection_id}/{kind}: Stripe's webhooks, which a function URL takes too."""

from eal.entry.receiver import Receiver
from eal.vendors import stripe

handler = Receiver(stripe.SCHEME).handler
