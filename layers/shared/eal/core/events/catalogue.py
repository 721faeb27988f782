"""The catalogue of events: the types that customers subscribe to."""

from typing import Final

FEED_DAYS = 90
"""Days for which an event stays in the feed."""

CATALOGUE: Final = {
    "call.received": "New inbound call ingested from CallRail or another tracker.",
    "call.classified": "Classification finished; includes intent, urgency and the qualified flag.",
    "call.dispatched": "What happens after a call was decided, overridden, escalated or acknowledged.",
    "dispatch.alert.updated": "An alert to a person on call was sent, arrived, failed, or was answered or skipped.",
    "call.qualified": "A call was determined to be a qualified lead.",
    "call.erased": "A call's personal data was erased. Erase your copies too.",
    "lead.created": "New lead added to the system.",
    "lead.updated": "A lead's fields, status or score changed.",
    "lead.erased": "A lead's personal data was erased. Erase your copies too.",
    "claim.scope.ready": "Insurance documentation extraction completed and ready for review.",
    "claim.erased": "A claim's personal data was erased. Erase your copies too.",
    "outreach.email.sent": "Outbound email sent.",
    "outreach.email.replied": "Reply received and classified.",
    "review.requested": "Customer was sent a review request after job completion.",
    "review.received": "New review detected on Google or another listing surface.",
    "review.updated": "A review's text, rating, status, customer or reply changed.",
    "content.published": "Content was published, at its time or by hand; includes a blog post's HTML.",
    "api_key.rotated": "An API key was rotated. The old key works until its overlap ends.",
    "api_key.revoked": "An API key was revoked.",
    "outreach.sender.paused": "Outreach e-mail was paused, because too much of it bounced or was reported as spam.",
    "webhook.disabled": "A webhook endpoint was disabled, because it returned 410 or its deliveries failed for five "
    "days.",
    "audit.log.event": "An audit record was written. Sent only to endpoints that list this type explicitly.",
}
"""The types that the code emits, with their meaning. A type is added together with the code that emits it."""

BY_NAME_ONLY = frozenset({"audit.log.event"})
"""Types that `*` does not include."""
