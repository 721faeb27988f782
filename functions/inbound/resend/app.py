"""POST /v1/inbound/resend/{connection_id}/{kind}: Resend's webhooks, which a function URL takes too."""

from eal.entry.http.receiver import Receiver
from eal.vendors.resend import webhooks

handler = Receiver(webhooks.SCHEME).handler
