"""The signing of a claim's scope: what must be decided and acknowledged before, and what is frozen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.errors import Conflict, ValidationFailed
from eal.core.table.item import load
from eal.core.table.read import get, walk
from eal.core.table.write import Stale
from eal.domain.claims import store as claims
from eal.domain.claims.notes.model import Note
from eal.domain.claims.notes.store import note_partition
from eal.domain.claims.photos.model import Photo
from eal.domain.claims.photos.store import photo_partition
from eal.domain.claims.scope import checking, table_keys
from eal.domain.claims.scope import store as scopes
from eal.domain.claims.sign_offs import bundle, objects, store
from eal.domain.claims.sign_offs.bundle import Acknowledgement, SignedBy, SignOffPart
from eal.domain.claims.sign_offs.content import freeze
from eal.domain.claims.sign_offs.files import JSON_NAME, file_of
from eal.domain.claims.sign_offs.model import ID_PREFIX, MAX_IDS_SHOWN, SignOff, SignOffRef
from eal.domain.claims.store import CLAIMS
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.domain.claims.model import Claim, Status
    from eal.domain.claims.scope.model import IdentifiedFinding, Scope
    from eal.domain.claims.sign_offs.bundle import Bundle
    from eal.domain.claims.sign_offs.wire import SignOffCreate

SIGNABLE: tuple[Status, ...] = ("ready_for_review", "in_review")


def sign(claim_id: str, body: SignOffCreate, by: Caller) -> SignOff:
    """A new sign-off of the claim's scope, whose bundle is enqueued. The claim is then signed off.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is not in review, an item is undecided, or a blocking
    finding is not acknowledged; ValidationFailed for an acknowledgement of no finding.
    """
    if not ids.is_id(CLAIMS.id_prefix, claim_id):
        raise CLAIMS.not_found(claim_id)
    _require_no_decision_meanwhile(claim_id, by)
    claim, scope = scopes.of_claim(claim_id, by, "conflicts", "rooms")
    by.transaction.check_if_match(claim.version)
    _check_signable(claim, scope)
    findings = checking.findings(claim, scope, by.tenant)
    _check_acknowledged(claim, findings, body)
    latest = store.find_latest(claim.id, by.tenant)
    number = latest.number + 1 if latest else 1
    sign_off_id = ids.new(ID_PREFIX, by.at)
    content = bundle.as_json(_frozen(sign_off_id, number, claim, scope, findings, body, by))
    new = SignOff(
        id=sign_off_id,
        claim_id=claim.id,
        number=number,
        scope_version=scope.version or 0,
        status="writing",
        signed_at=by.at,
        signed_by=by.actor.id,
        content_sha256=file_of(JSON_NAME, content).sha256,
        version=1,
        updated_at=by.at,
    )
    # Before the transaction, so that what it signs exists. The draft of one that fails expires.
    objects.put_draft(SignOffRef(by.tenant, claim.id, new.id), content)
    claims.replace_claim("claim.signed_off", claim, replace(claim, status="signed_off"), by)
    store.create(new, by)
    by.transaction.enqueue_task("write_bundle", {"claim_id": claim.id, "sign_off_id": new.id})
    return new


def _require_no_decision_meanwhile(claim_id: str, by: Caller) -> None:
    """Let the commit fail if an item is decided after this call, which precedes the reads of what is signed."""
    key = table_keys.count_key(by.tenant, claim_id)
    counted = get(key)
    if counted is None:
        by.transaction.require(key, "attribute_not_exists(pk)", lambda _count: Stale())
    else:
        by.transaction.require(
            key, "requests = :requests", lambda _count: Stale(), values={":requests": counted["requests"]}
        )


def _check_signable(claim: Claim, scope: Scope) -> None:
    if claim.status not in SIGNABLE or scope.version is None:
        raise Conflict(
            f"A claim with the status '{claim.status}' cannot be signed off. It needs a scope in review: request an"
            " extraction, or decide an item again after a sign-off.",
            id=claim.id,
            status=claim.status,
        )
    undecided = [item.id for item in scope.items if item.status == "proposed"]
    if undecided:
        raise Conflict(
            f"{len(undecided)} items of the scope are not decided yet. Accept, edit or reject each of them.",
            id=claim.id,
            undecided_items=undecided[:MAX_IDS_SHOWN],
        )


def _check_acknowledged(claim: Claim, findings: Sequence[IdentifiedFinding], body: SignOffCreate) -> None:
    found = {finding.id for finding in findings}
    for number, given in enumerate(body.acknowledge):
        if given.check_id not in found:
            message = "No finding of the checks has this id any more. Read GET /claims/{id}/checks again."
            pointer = f"/acknowledge/{number}/check_id"
            raise ValidationFailed.of_field(pointer, message, "not_found")
    acknowledged = {given.check_id for given in body.acknowledge}
    open_ids = [
        finding.id
        for finding in findings
        if finding.finding.level == "block" and finding.id not in acknowledged
    ]
    if open_ids:
        raise Conflict(
            f"{len(open_ids)} findings block the sign-off. Correct the scope, or list each in 'acknowledge' with a"
            " reason. GET /claims/{id}/checks shows them.",
            id=claim.id,
            blocking_checks=open_ids[:MAX_IDS_SHOWN],
        )


def _frozen(
    sign_off_id: str,
    number: int,
    claim: Claim,
    scope: Scope,
    findings: Sequence[IdentifiedFinding],
    body: SignOffCreate,
    by: Caller,
) -> Bundle:
    part = SignOffPart(
        id=sign_off_id,
        version=number,
        signed_at=by.at,
        signed_by=SignedBy(
            type="member" if by.actor.type == "member" else "api_key", id=by.actor.id, name=body.signer
        ),
        extraction_version=scope.version or 0,
        acknowledgements=tuple(
            Acknowledgement(check_id=given.check_id, reason=given.reason) for given in body.acknowledge
        ),
    )
    photos = [
        load(Photo, item)
        for item in walk("pk = :pk", {":pk": photo_partition(by.tenant, claim.id)})
        if item["status"] == "ready"
    ]
    notes = [load(Note, item) for item in walk("pk = :pk", {":pk": note_partition(by.tenant, claim.id)})]
    organization = organization_settings.company_of(by.organization_id).name
    return freeze(organization, part, claim, scope, photos, notes, findings)
