"""POST /v1/inbound/callrail/{connection_id}/{kind}: CallRail's webhooks, which a function URL takes too."""

from eal.entry.http.receiver import Receiver
from eal.vendors.callrail import webhooks

handler = Receiver(webhooks.SCHEME).handler
