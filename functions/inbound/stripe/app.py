"""POST /v1/inbound/stripe/{connection_id}/{kind}: Stripe's webhooks, which a function URL takes too."""

from eal.entry.http.receiver import Receiver
from eal.vendors.stripe import webhooks

handler = Receiver(webhooks.SCHEME).handler
