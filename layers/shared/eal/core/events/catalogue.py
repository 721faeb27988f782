"""Events: one envelope, one catalogue. An event's data is the view of its resource."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, cast

from eal.core.clock import Instant, parse, rfc3339
from eal.core.json import Json
from eal.core.tenancy import Mode

API_VERSION = "v1"
FEED_DAYS = 90

CATALOGUE: Final = {
    "call.received": "New inbound call ingested from CallRail or another tracker.",
    "call.classified": "Classification finished; includes intent, urgency and the qualified flag.",
    "call.dispatched": "What happens after a call was decided, overridden, escalated or acknowledged.",
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
    "webhook.disabled": "A webhook endpoint was disabled, because it answered 410 or its deliveries failed for five "
    "days.",
    "audit.log.event": "An audit record was written. Sent only to endpoints that list this type explicitly.",
}
"""The types that the code emits, with their meaning. A type is added together with the code that emits it."""

RESERVED: Final[dict[str, str]] = {}
"""Types that the product's documentation names and no code emits yet. Endpoints may subscribe to them already. A type
moves to CATALOGUE together with the code that emits it."""

BY_NAME_ONLY = frozenset({"audit.log.event"})
"""Types that `*` does not include."""

DESCRIBED = Path(__file__).with_name("event_types.json")
"""The JSON Schema and example of each type, generated from the views by `python -m tools.openapi --write`."""


class EventType(NamedTuple):
    """`schema` describes the whole event; `example` is an event as it is sent."""

    schema: Mapping[str, Json]
    example: Mapping[str, Json]


@cache
def types() -> dict[str, EventType]:
    """The types by name, in the catalogue's order. Reads a file, on first use only."""
    described = json.loads(DESCRIBED.read_text(encoding="utf-8"))
    return {name: EventType(**described[name]) for name in CATALOGUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`sequence` is gap-free per tenant; the relay assigns it."""

    id: str
    type: str
    created_at: Instant
    tenant_id: str
    mode: Mode
    sequence: int
    data: Json

    @property
    def api_version(self) -> str:
        return API_VERSION

    def body(self) -> str:
        """The envelope as it is sent: the same bytes for every attempt."""
        envelope = {
            "id": self.id,
            "type": self.type,
            "api_version": self.api_version,
            "created_at": rfc3339(self.created_at),
            "tenant_id": self.tenant_id,
            "mode": self.mode,
            "sequence": self.sequence,
            "data": self.data,
        }
        return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False)


def of_item(stored: Mapping[str, Json]) -> Event:
    """A published event. The relay has put its sequence into `feedsk`."""
    return Event(
        id=cast("str", stored["id"]),
        type=cast("str", stored["type"]),
        created_at=parse(cast("str", stored["created_at"])),
        tenant_id=cast("str", stored["organization_id"]),
        mode=cast("Mode", stored["mode"]),
        sequence=cast("int", stored["feedsk"]),
        data=json.loads(cast("str", stored["data"])),
    )
