"""Asking vendors for what their webhooks left out: which connections are due, and how far each has come.

A cursor says up to when nothing is missing. It is bookkeeping: a lost one only costs requests.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Self, cast

from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.table import progress
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key
from eal.core.table.read import get_all, walk
from eal.core.tenancy import Tenant
from eal.domain.integrations.model import ASKED, Integration

EVERY = timedelta(minutes=15)
AFTER_A_REFUSAL = timedelta(hours=1)
"""A wrong key is asked with again so often: the tenant may have given a right one."""
_KEPT = timedelta(days=90)

type Take = Callable[[str, dict[str, Json]], None]
"""Sends what was missing, kind and body, the same way as a webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Before `through` nothing is missing. `began_at` and `place` are of a walk that was interrupted: when it began,
    and where it goes on."""

    through: Instant
    next_at: Instant
    version: int = 0
    began_at: Instant | None = None
    place: str | None = None

    def done(self, through: datetime) -> Self:
        return replace(self, through=max(through, self.through), began_at=None, place=None)

    def interrupted(self, began_at: datetime, place: str | None) -> Self:
        return replace(self, began_at=began_at, place=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    tenant: Tenant
    integration: Integration
    cursor: Cursor


def due(vendor: str, now: datetime) -> list[Due]:
    """The vendor's connections that are to be asked for now, who has waited longest first."""
    found: list[Due] = []
    for some in batched(
        walk("gsi2pk = :vendor", {":vendor": ASKED[vendor]}, index="gsi2"), 100, strict=False
    ):
        tenants = [Tenant(*cast("str", item["gsi2sk"]).split("#")) for item in some]  # type: ignore[arg-type]  # as `_item` wrote it
        cursors = get_all([_at(tenant, vendor) for tenant in tenants])
        for item, tenant, known in zip(some, tenants, cursors, strict=True):
            integration = load(Integration, item)
            begun = integration.created_at
            cursor = load(Cursor, known) if known else Cursor(through=begun, next_at=begun)
            if cursor.next_at <= now:
                found.append(Due(tenant=tenant, integration=integration, cursor=cursor))
    return sorted(found, key=lambda waiting: waiting.cursor.next_at)


def save(due: Due, after: Cursor, now: datetime) -> bool:
    """Write how far it has come. False where another run was quicker: what this one found stays found."""
    item: dict[str, Json] = {
        **_at(due.tenant, due.integration.vendor)._asdict(),
        "kind": "RECONCILIATION",
        "ttl": int((now + _KEPT).timestamp()),
        **dump(replace(after, version=due.cursor.version + 1)),
    }
    return progress.advance(item, was=due.cursor.version)


def _at(tenant: Tenant, vendor: str) -> Key:
    return key(tenant, "RECONCILIATION", vendor)
