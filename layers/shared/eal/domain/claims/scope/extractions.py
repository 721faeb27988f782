"""The extraction of a claim: requested by a person, and recorded by the worker as the next version of the scope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.claims.evidence import input_sha256
from eal.core.clock import rfc3339
from eal.core.errors import Conflict
from eal.domain.claims import store as claims
from eal.domain.claims.scope import evidence
from eal.domain.claims.scope.model import ExtractionContext
from eal.domain.claims.scope.store import Part, adapter, prefix, read
from eal.domain.claims.scope.table_keys import EXTRACTION_KIND, extraction_partition
from eal.domain.claims.store import CLAIMS
from eal.domain.claims.wire import ClaimView
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.ai.claims.extraction import Extraction
    from eal.ai.provenance import Provenance
    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim, ExtractionFailure

MAX_BYTES = 1_000_000
"""Maximum size of an extraction: a transaction has at most 4 MB, and a response 6 MB, in which each item is shown
twice."""
_PART_BYTES = 300_000
"""An item has at most 400 KB."""


class ExtractionTooLarge(Exception):
    """The extraction is larger than MAX_BYTES."""


def request(claim_id: str, by: Caller) -> Claim:
    """The claim with an extraction that is enqueued.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is closed, has nothing to extract or is being extracted
    from the same evidence, or if AI is switched off.
    """
    claim = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(claim.version)
    claims.check_is_not_closed(claim)
    ai_settings.require_enabled(organization_settings.settings_of(by.organization_id))
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
    """Write the next version of the extraction. Raises: ExtractionTooLarge."""
    version = (claim.scope_version or 0) + 1
    context = ExtractionContext(
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
                raise ExtractionTooLarge
            by.transaction.create(
                {
                    "pk": extraction_partition(by.tenant, claim.id),
                    "sk": f"{prefix(version, part)}#{number:02}",
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


def _chunks(part: Part, entries: Sequence[object]) -> Iterator[str]:
    """The entries as JSON lists, none larger than an item may be. Raises: ExtractionTooLarge for an entry that is."""
    dump = adapter(part).dump_json
    texts: list[str] = []
    size = 0
    for entry in entries:
        text = dump(entry).decode()
        added = len(text.encode()) + 1
        if added > _PART_BYTES:
            raise ExtractionTooLarge
        if size + added > _PART_BYTES:
            yield f"[{','.join(texts)}]"
            texts, size = [], 0
        texts.append(text)
        size += added
    if texts:
        yield f"[{','.join(texts)}]"
