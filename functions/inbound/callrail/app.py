"""POST /v1/inbound/callrail/{connection_id}/{kind}: CallRail's webhooks, which a function URL takes too."""

from eal.entry.receiver import Receiver
from eal.vendors import callrail

handler = Receiver(callrail.SCHEME).handler
