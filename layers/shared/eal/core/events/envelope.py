"""The envelope of events. An event's data is the view of its resource."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from eal.core.clock import Instant, parse, rfc3339
from eal.core.json import Json
from eal.core.tenancy import Mode

API_VERSION = "v1"


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
