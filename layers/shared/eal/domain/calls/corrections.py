"""A person's correction of a classification: what the person decided counts, whatever later runs answer.

A pointer to each corrected call makes the corrections of a tenant a list, from which an operator exports evaluation
sets. It has no data of its own, so an erasure of the call only deletes it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit
from eal.core.errors import ValidationFailed
from eal.core.table.keys import key, partition
from eal.core.table.read import walk
from eal.domain.calls import decisions, dispatching, store
from eal.domain.calls.model import QUALIFIED, Correction, by_person
from eal.domain.dispatch import transitions
from eal.domain.dispatch.model import DecidedBy
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.errors import FieldError
    from eal.core.json import Json
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.calls.model import Call, CallRecord, Qualified, Run
    from eal.domain.calls.wire import ClassificationUpdate

_DECIDED = ("intent", "urgency", "qualified")
_WORDS: dict[bool | None, Qualified] = {value: word for word, value in QUALIFIED.items()}


def pointer_key(tenant: Tenant, call_id: str) -> Key:
    """`org_…#live#CORRECTION`, `call_…`."""
    return key(tenant, "CORRECTION", call_id)


def corrected_call_ids(tenant: Tenant) -> Iterator[str]:
    """The calls with a correction, oldest call first."""
    for pointer in walk("pk = :pk", {":pk": partition(tenant, "CORRECTION")}):
        yield cast("str", pointer["sk"])


def correct(call_id: str, body: ClassificationUpdate, by: Caller) -> Call:
    """The call with a person's correction, or without it if the body withdraws it.

    Raises: NotFound, PreconditionFailed; Conflict for a call that cannot be classified; ValidationFailed if no field
    would be corrected, or if the call has no run and a field is missing.
    """
    record = store.get(call_id, by)
    by.transaction.check_if_match(record.call.version)
    store.check_can_be_classified(record.call)
    if "correction" in body.model_fields_set:
        return _write(record, None, by)
    return _write(record, _corrected(record.call.correction, body, by), by)


def _corrected(old: Correction | None, body: ClassificationUpdate, by: Caller) -> Correction:
    """The correction with the fields of the body; the same object if they change nothing."""
    sent = body.model_fields_set
    actor = DecidedBy(type=by.actor.type, id=by.actor.id)
    was = old or Correction(at=by.at, by=actor)
    new = Correction(
        at=by.at,
        by=actor,
        intent=body.intent or was.intent,
        urgency=body.urgency or was.urgency,
        qualified=_WORDS[body.qualified] if "qualified" in sent else was.qualified,
        safety=body.safety if "safety" in sent else was.safety,
        note=body.note if "note" in sent else was.note,
    )
    if old and replace(new, at=old.at, by=old.by) == old:
        return old
    if not new.fields:
        message = "A correction needs at least one of 'intent', 'urgency', 'qualified' and 'safety'."
        raise ValidationFailed.of_field("", message, "missing", location="body")
    return new


def _write(record: CallRecord, correction: Correction | None, by: Caller) -> Call:
    before = record.call
    if correction == before.correction:
        return before
    newest = record.runs[-1].without_quotes() if record.runs else None
    effective = _effective(newest, correction, before)
    settings = organization_settings.settings_of(by.organization_id)
    situation = decisions.situation_of(record, settings, by)
    corrected = replace(
        before,
        classification=effective,
        corrected_run=newest if correction else None,
        first_classified_at=before.first_classified_at or by.at,
        classified_at=(before.classified_at or by.at) if effective else None,
        correction=correction,
        updated_at=by.at,
        version=before.version + 1,
    )
    after = (
        dispatching.decided_again(corrected, situation, by.actor, by.at)
        if effective
        else dispatching.undecided(corrected)
    )
    store.replace_call(before, after, by)
    if correction and before.correction is None:
        by.transaction.create(
            {**pointer_key(by.tenant, after.id)._asdict(), "kind": "CORRECTION", "call_id": after.id}
        )
    elif correction is None:
        by.transaction.delete(pointer_key(by.tenant, after.id))
    by.transaction.audit(
        "call.corrected" if correction else "call.correction_withdrawn",
        after.id,
        audit.changes(
            {**_audited(before), **transitions.audited(before.dispatch)},
            {**_audited(after), **transitions.audited(after.dispatch)},
            personal={"correction.note", *transitions.PERSONAL},
            salt=after.salt,
        ),
    )
    store.publish_classification(before, after, by)
    dispatching.announce(before, after, by)
    return after


def _effective(newest: Run | None, correction: Correction | None, call: Call) -> Run | None:
    """The effective classification.    Raises: ValidationFailed for a correction that is incomplete without a run."""
    if correction is None:
        return newest
    if newest:
        return correction.over(newest)
    answer = by_person(correction, call.input_sha256())
    if answer is None:
        raise ValidationFailed(_missing(correction))
    return answer


def _missing(correction: Correction) -> list[FieldError]:
    message = "Required, because the call is not classified yet."
    return [
        {"pointer": f"/{name}", "message": message, "type": "missing", "location": "body"}
        for name in _DECIDED
        if name not in correction.fields
    ]


def _audited(call: Call) -> dict[str, Json]:
    """The effective classification for the audit record, with the person's decisions in it."""
    audited: dict[str, Json] = {"status": call.status}
    if call.classification:
        audited |= {name: getattr(call.classification, name) for name in (*_DECIDED, "safety")}
    if call.correction:
        audited |= {
            f"correction.{name}": getattr(call.correction, name) for name in (*_DECIDED, "safety", "note")
        }
    return audited
