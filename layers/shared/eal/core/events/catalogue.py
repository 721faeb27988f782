"""Events: what customers are told of. One envelope, one catalogue; the payloads' shapes are the resources' views."""

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
    "call.qualified": "A call was determined to be a qualified lead.",
    "lead.created": "New lead added to the system.",
    "lead.updated": "A lead's fields, status or score changed.",
    "lead.erased": "A lead's personal data was erased. Erase your copies too.",
    "api_key.rotated": "An API key was rotated. The old key works until its overlap ends.",
    "api_key.revoked": "An API key was revoked.",
    "webhook.disabled": "A webhook endpoint was disabled, because it answered 410 or its deliveries failed for five "
    "days.",
    "audit.log.event": "An audit record was written. Sent only to endpoints that list this type explicitly.",
}
"""The types that are emitted today, with their meaning. A type joins when the code that emits it does."""

RESERVED: Final = {
    "outreach.email.sent": "Outbound email sent.",
    "outreach.email.replied": "Reply received and classified.",
    "claim.scope.ready": "Insurance documentation extraction completed and ready for review.",
    "review.requested": "Customer was sent a review request after job completion.",
    "review.received": "New review detected on Google or another listing surface.",
    "content.published": "Content was published.",
}
"""Types that the product's documentation names and nothing emits yet: an endpoint may choose them now. A type moves to
CATALOGUE with the code that emits it."""

BY_NAME_ONLY = frozenset({"audit.log.event"})
"""Types that `*` does not include."""

DESCRIBED = Path(__file__).with_name("event_types.json")
"""Each type's JSON Schema and example, made from the resources' views: `python -m tools.openapi --write`."""


class EventType(NamedTuple):
    """`schema` is the whole event's, `example` an event as it is sent."""

    schema: Mapping[str, Json]
    example: Mapping[str, Json]


@cache
def types() -> dict[str, EventType]:
    """The types by name, in the catalogue's order. Read from a file: only who needs it pays for it."""
    described = json.loads(DESCRIBED.read_text(encoding="utf-8"))
    return {name: EventType(**described[name]) for name in CATALOGUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; `sequence` counts a tenant's and mode's events without a gap and is given by the relay."""

    id: str
    type: str
    created_at: Instant
    tenant_id: str
    mode: Mode
    sequence: int
    data: Json

    def body(self) -> str:
        """The envelope as it is sent: the same bytes at each attempt."""
        envelope = {
            "id": self.id,
            "type": self.type,
            "api_version": API_VERSION,
            "created_at": rfc3339(self.created_at),
            "tenant_id": self.tenant_id,
            "mode": self.mode,
            "sequence": self.sequence,
            "data": self.data,
        }
        return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False)


def of_item(stored: Mapping[str, Json]) -> Event:
    """An event as it was published: its number is where the relay put it."""
    return Event(
        id=cast("str", stored["id"]),
        type=cast("str", stored["type"]),
        created_at=parse(cast("str", stored["created_at"])),
        tenant_id=cast("str", stored["organization_id"]),
        mode=cast("Mode", stored["mode"]),
        sequence=cast("int", stored["feedsk"]),
        data=json.loads(cast("str", stored["data"])),
    )
