"""POST /v1/inbound/resend/{connection_id}/{kind}: Resend's webhooks, which a function URL takes too."""

from eal.entry.receiver import Receiver
from eal.vendors import resend

handler = Receiver(resend.SCHEME).handler
