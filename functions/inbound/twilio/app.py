"""POST /v1/inbound/twilio/{connection_id}/{kind}: Twilio's webhooks, which a function URL takes too."""

from eal.entry.http.receiver import Receiver
from eal.vendors.twilio import normalising, webhooks

handler = Receiver(webhooks.SCHEME, normalising.respond).handler
