"""The extractions of a claim and what people decided about their items and rooms, in the State table.

A version of the extraction consists of immutable items, each with a part of one list as JSON text: a scope can be
larger than an item may be, and have more entries than a transaction has operations. Decisions and corrections are small
items of their own, so a review never rewrites an extraction.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from eal.ai.claims import (
    Exclusion,
    MeasureConflict,
    PhotoSummary,
    Room,
    ScopeItem,
    input_sha256,
)
from eal.core.clock import rfc3339
from eal.core.errors import Conflict
from eal.core.schema import TypeAdapter
from eal.core.table.item import load
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import walk
from eal.domain.claims import store as claims
from eal.domain.claims.scope import evidence
from eal.domain.claims.scope.model import Context, Decision, RoomCorrection, Scope, corrected, reviewed
from eal.domain.claims.store import CLAIMS
from eal.domain.claims.wire import ClaimView
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.ai.claims import Extraction
    from eal.ai.provenance import Provenance
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim, ExtractionFailure

type Part = Literal["conflicts", "context", "exclusions", "items", "photo_summaries", "rooms"]

EXTRACTION_KIND, DECISION_KIND = "CLAIM_EXTRACTION", "CLAIM_SCOPE_DECISION"
CORRECTION_KIND = "CLAIM_ROOM_CORRECTION"
COUNT_KIND = "CLAIM_DECISIONS"
MAX_BYTES = 1_000_000
"""Of an extraction: a transaction has at most 4 MB, and a response 6 MB, in which each item is shown twice."""
_PART_BYTES = 300_000
"""An item has at most 400 KB."""
_ENTRIES: dict[Part, type] = {
    "conflicts": MeasureConflict,
    "context": Context,
    "exclusions": Exclusion,
    "items": ScopeItem,
    "photo_summaries": PhotoSummary,
    "rooms": Room,
}
"""The lists of an extraction in the order of their keys, so that one query reads neighbours."""


class TooLarge(Exception):
    """The extraction is larger than MAX_BYTES."""


def extraction_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_EXTRACTION#clm_…`: all versions. A sort key is such as `000001#items#00`."""
    return partition(tenant, EXTRACTION_KIND, claim_id)


def decision_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_SCOPE_DECISION#clm_…`."""
    return partition(tenant, DECISION_KIND, claim_id)


def correction_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_ROOM_CORRECTION#clm_…`."""
    return partition(tenant, CORRECTION_KIND, claim_id)


def count_key(tenant: Tenant, claim_id: str) -> Key:
    """The item that counts the requests that decided about the claim's scope: it shows whether one did meanwhile."""
    return key(tenant, COUNT_KIND, claim_id)


def decision_key(tenant: Tenant, claim_id: str, item_id: str) -> Key:
    return Key(decision_partition(tenant, claim_id), item_id)


def correction_key(tenant: Tenant, claim_id: str, room_id: str) -> Key:
    return Key(correction_partition(tenant, claim_id), room_id)


# ---------------------------------------------------------------- the extraction


def request(claim_id: str, by: Caller) -> Claim:
    """The claim with an extraction that is enqueued.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is closed, has nothing to extract or is being extracted
    from the same evidence, or if AI is switched off.
    """
    claim = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(claim.version)
    claims.check_is_not_closed(claim)
    if not _is_enabled(by):
        raise Conflict("AI is switched off: the setting 'ai.enabled' of the organization is false.")
    file = evidence.read(claim, by.tenant)
    if evidence.is_empty(file):
        raise Conflict(
            f"The claim {claim.id} has nothing to extract: add a note, or a photo with a caption or a room."
            " A photo counts when its status is 'ready'.",
            id=claim.id,
        )
    sha256 = input_sha256(file)
    if claim.status == "extracting" and claim.extraction_input_sha256 == sha256:
        raise Conflict(
            f"The claim {claim.id} is being extracted, and its evidence has not changed since.",
            id=claim.id,
            status="extracting",
        )
    changed = replace(claim, status="extracting", extraction_input_sha256=sha256, extraction_failure=None)
    by.transaction.enqueue_task("extract_claim", {"claim_id": claim.id})
    return claims.replace_claim("claim.extraction_requested", claim, changed, by)


def record(claim: Claim, extraction: Extraction, provenance: Provenance, by: Caller) -> None:
    """Write the next version of the extraction. Raises: TooLarge."""
    version = (claim.scope_version or 0) + 1
    context = Context(
        created_at=by.at,
        provenance=provenance,
        water_category=extraction.water_category,
        water_class=extraction.water_class,
        remarks=extraction.remarks,
    )
    lists: dict[Part, Sequence[object]] = {
        "conflicts": extraction.conflicts,
        "context": (context,),
        "exclusions": extraction.exclusions,
        "items": extraction.items,
        "photo_summaries": extraction.photo_summaries,
        "rooms": extraction.rooms,
    }
    size = 0
    for part, entries in lists.items():
        for number, content in enumerate(_chunks(part, entries)):
            size += len(content.encode())
            if size > MAX_BYTES:
                raise TooLarge
            by.transaction.create(
                {
                    "pk": extraction_partition(by.tenant, claim.id),
                    "sk": f"{_prefix(version, part)}#{number:02}",
                    "kind": EXTRACTION_KIND,
                    "created_at": rfc3339(by.at),
                    "content": content,
                }
            )
    make_ready(replace(claim, scope_version=version), claim, by)


def make_ready(changed: Claim, before: Claim, by: Caller) -> None:
    """Let people review the claim's scope, and tell its subscribers."""
    after = claims.replace_claim(
        "claim.extracted", before, replace(changed, status="ready_for_review", extraction_failure=None), by
    )
    by.transaction.emit("claim.scope.ready", ClaimView.of(after).model_dump(mode="json"))


def fail(claim: Claim, failure: ExtractionFailure, by: Caller) -> None:
    """End an extraction without a result. An earlier version can still be reviewed."""
    changed = replace(
        claim,
        status="ready_for_review" if claim.scope_version else "open",
        extraction_failure=failure,
    )
    claims.replace_claim("claim.extraction_failed", claim, changed, by)


def is_current(claim: Claim, provenance: tuple[str, str, str], tenant: Tenant) -> bool:
    """Whether the latest version has this engine, model and hash of the input."""
    context = read(claim, tenant, "context", "context").context
    if context is None:
        return False
    made_by = context.provenance
    return (made_by.engine, made_by.model, made_by.input_sha256) == provenance


def _is_enabled(by: Caller) -> bool:
    settings = organization_settings.settings_of(by.organization_id)
    return ai_settings.ai_policy(settings).enabled


def _chunks(part: Part, entries: Sequence[object]) -> Iterator[str]:
    """The entries as JSON lists, none larger than an item may be. Raises: TooLarge for an entry that is."""
    adapter = _adapter(part)
    texts: list[str] = []
    size = 0
    for entry in entries:
        text = adapter.dump_json(entry).decode()
        added = len(text.encode()) + 1
        if added > _PART_BYTES:
            raise TooLarge
        if size + added > _PART_BYTES:
            yield f"[{','.join(texts)}]"
            texts, size = [], 0
        texts.append(text)
        size += added
    if texts:
        yield f"[{','.join(texts)}]"


@cache
def _adapter(part: Part) -> TypeAdapter[Any]:  # of one of six dataclasses
    return TypeAdapter(_ENTRIES[part])


def _prefix(version: int, part: Part) -> str:
    return f"{version:06}#{part}"


# ---------------------------------------------------------------- reading


def of_claim(claim_id: str, by: Caller, first: Part, last: Part) -> tuple[Claim, Scope]:
    """The claim and the lists of its latest extraction from `first` to `last`. Raises: NotFound."""
    claim = CLAIMS.get(by.tenant, claim_id)
    return claim, read(claim, by.tenant, first, last)


def read(claim: Claim, tenant: Tenant, first: Part, last: Part) -> Scope:
    """The lists of the latest extraction from `first` to `last`; items and rooms with what people decided."""
    if claim.scope_version is None:
        return Scope()
    values: dict[str, Json] = {
        ":pk": extraction_partition(tenant, claim.id),
        ":first": f"{_prefix(claim.scope_version, first)}#",
        ":last": f"{_prefix(claim.scope_version, last)}#~",
    }
    lists: dict[str, list[Any]] = {part: [] for part in _ENTRIES}
    for item in walk("pk = :pk AND sk BETWEEN :first AND :last", values):
        part = cast("Part", cast("str", item["sk"]).split("#")[1])
        lists[part] += map(_adapter(part).validate_python, json.loads(cast("str", item["content"])))
    if not any(lists.values()):
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


def decisions_of(claim_id: str, tenant: Tenant) -> dict[str, Decision]:
    """All decisions about the claim's items, by the item's id."""
    items = walk("pk = :pk", {":pk": decision_partition(tenant, claim_id)})
    return {decision.id: decision for decision in (load(Decision, item) for item in items)}


def _corrections_of(claim_id: str, tenant: Tenant) -> dict[str, RoomCorrection]:
    """All corrections of the claim's rooms, by the room's id."""
    items = walk("pk = :pk", {":pk": correction_partition(tenant, claim_id)})
    return {one.id: one for one in (load(RoomCorrection, item) for item in items)}
