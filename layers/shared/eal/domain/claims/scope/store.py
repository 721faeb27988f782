"""The extractions of a claim and what people decided about their items and rooms, in the State table.

A version of the extraction consists of immutable items, each with a part of one list as JSON text: a scope can be
larger than an item may be, and have more entries than a transaction has operations. Decisions and corrections are small
items of their own, so a review never rewrites an extraction.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from eal.ai.claims.extraction import Exclusion, MeasureConflict, PhotoSummary, Room, ScopeItem
from eal.core.schema import TypeAdapter
from eal.core.table.item import load
from eal.core.table.read import walk
from eal.domain.claims.scope.model import (
    Decision,
    ExtractionContext,
    RoomCorrection,
    Scope,
    corrected,
    reviewed,
)
from eal.domain.claims.scope.table_keys import correction_partition, decision_partition, extraction_partition
from eal.domain.claims.store import CLAIMS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim

type Part = Literal["conflicts", "context", "exclusions", "items", "photo_summaries", "rooms"]

_ENTRIES: dict[Part, type] = {
    "conflicts": MeasureConflict,
    "context": ExtractionContext,
    "exclusions": Exclusion,
    "items": ScopeItem,
    "photo_summaries": PhotoSummary,
    "rooms": Room,
}
"""The lists of an extraction in the order of their keys, so that one query reads neighbours."""


@cache
def adapter(part: Part) -> TypeAdapter[Any]:  # of one of six dataclasses
    """Adapter of an entry of the list."""
    return TypeAdapter(_ENTRIES[part])


def prefix(version: int, part: Part) -> str:
    """The beginning of the sort keys of a list."""
    return f"{version:06}#{part}"


def of_claim(claim_id: str, by: Caller, first: Part, last: Part) -> tuple[Claim, Scope]:
    """The claim and the lists of its latest extraction from `first` to `last`. Raises: NotFound."""
    claim = CLAIMS.get(by.tenant, claim_id)
    return claim, read(claim, by.tenant, first, last)


def read(claim: Claim, tenant: Tenant, first: Part, last: Part) -> Scope:
    """The lists of the latest extraction from `first` to `last`; items and rooms with what people decided."""
    if claim.scope_version is None:
        return Scope()
    lists = _lists(claim.id, claim.scope_version, tenant, first, last)
    if claim.evidence_deleted_at is not None and not any(lists.values()):
        # The retention has deleted this extraction or an earlier one. Each has a context.
        kept = _lists(claim.id, claim.scope_version, tenant, "context", "context")
        if not kept["context"]:
            return Scope()
    found, rooms = lists["items"], lists["rooms"]
    decisions = decisions_of(claim.id, tenant) if found else {}
    corrections = _corrections_of(claim.id, tenant) if rooms else {}
    return Scope(
        version=claim.scope_version,
        context=lists["context"][0] if lists["context"] else None,
        rooms=corrected(claim.id, claim.scope_version, rooms, corrections),
        items=reviewed(claim.id, claim.scope_version, found, decisions),
        photo_summaries=tuple(lists["photo_summaries"]),
        exclusions=tuple(lists["exclusions"]),
        conflicts=tuple(lists["conflicts"]),
    )


def _lists(claim_id: str, version: int, tenant: Tenant, first: Part, last: Part) -> dict[Part, list[Any]]:
    values: dict[str, Json] = {
        ":pk": extraction_partition(tenant, claim_id),
        ":first": f"{prefix(version, first)}#",
        ":last": f"{prefix(version, last)}#~",
    }
    lists: dict[Part, list[Any]] = {part: [] for part in _ENTRIES}
    for item in walk("pk = :pk AND sk BETWEEN :first AND :last", values):
        part = cast("Part", cast("str", item["sk"]).split("#")[1])
        lists[part] += map(adapter(part).validate_python, json.loads(cast("str", item["content"])))
    return lists


def decisions_of(claim_id: str, tenant: Tenant) -> dict[str, Decision]:
    """All decisions about the claim's items, by the item's id."""
    items = walk("pk = :pk", {":pk": decision_partition(tenant, claim_id)})
    return {decision.id: decision for decision in (load(Decision, item) for item in items)}


def _corrections_of(claim_id: str, tenant: Tenant) -> dict[str, RoomCorrection]:
    """All corrections of the claim's rooms, by the room's id."""
    items = walk("pk = :pk", {":pk": correction_partition(tenant, claim_id)})
    return {correction.id: correction for correction in (load(RoomCorrection, item) for item in items)}
