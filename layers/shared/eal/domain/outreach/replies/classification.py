"""The classification of a reply, by the engine or by a person, with its effects in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core.audit import Actor
from eal.core.errors import Conflict
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.replies import effects, store
from eal.domain.outreach.replies.effects import HUMAN, NOTHING
from eal.domain.outreach.replies.model import ReplyCorrection
from eal.domain.outreach.replies.store import REPLIES
from eal.domain.outreach.replies.wire import ReplyView
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.outreach.suppressions.store import SUPPRESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.domain.outreach.replies.effects import Effect
    from eal.domain.outreach.replies.matching import Answered
    from eal.domain.outreach.replies.model import Reply, ReplyRun
    from eal.domain.outreach.replies.wire import ReplyClassificationUpdate


SENDER_UNPROVED = "sender_unproved"
"""The reason of an unsure classification: only what the mail itself states names the person that it would suppress."""


def record(reply: Reply, answered: Answered | None, run: ReplyRun, by: Caller) -> Reply:
    """Link a reply with the e-mail that it answers, record its classification, and carry out the effect.

    Anybody can write any address into From, so a mail suppresses an address only if it names an e-mail of ours, which
    its recipient got. Otherwise a person decides.
    """
    if effects.effect_of(run).suppress and (answered is None or answered.match == "sender"):
        run = replace(run, unsure=True, reasons=(*run.reasons, SENDER_UNPROVED))
    after = _handle(reply, answered, run, effects.effect_of(run), by)
    _publish(after, by)
    return after


def leave_to_people(reply: Reply, answered: Answered | None, by: Caller, *, by_machine: bool) -> Reply:
    """Record a reply without a classification, because the organization has switched AI off or the engine keeps
    failing.

    The sequence stops unless headers show that a machine sent the mail: a person must classify it, and no further step
    may reach somebody who has answered.
    """
    return _handle(reply, answered, None, NOTHING if by_machine else HUMAN, by)


def correct(reply_id: str, body: ReplyClassificationUpdate, by: Caller) -> Reply:
    """The reply with a person's classification, and with the effect of it.

    A stopped enrollment stays stopped, because the person may have been enrolled again since. A suppression that this
    reply has caused is lifted if the corrected class suppresses nothing; if the law keeps it, only for an admin with a
    note, which is the reason in its audit record.
    Raises: NotFound, PreconditionFailed; Conflict if the reply has not been matched yet.
    """
    before = REPLIES.get(by.tenant, reply_id)
    by.transaction.check_if_match(before.version)
    if before.handled_at is None:
        raise Conflict("The reply is being classified. Try again in a few seconds.", id=before.id)
    correction = ReplyCorrection(
        at=by.at,
        by=Actor(type=by.actor.type, id=by.actor.id),
        classification=body.classification,
        return_date=body.return_date,
        resume_after=body.resume_after,
        note=body.note,
    )
    old = before.correction
    if old and replace(correction, at=old.at, by=old.by) == old:
        return before
    effect = effects.corrected_effect(body.classification, before.run)
    email = EMAILS.find(by.tenant, before.email_id) if before.email_id else None
    applied = effects.apply(effect, before, email, body.return_date, by)
    kept = before.suppression_ids
    if effect.suppress is None:
        kept = tuple(_not_lifted(before, body.note, by))
    corrected = replace(
        before,
        correction=correction,
        needs_review=False,
        sequence_effect=applied.sequence_effect or before.sequence_effect,
        suppression_ids=(*kept, *applied.suppression_ids),
    )
    after = store.replace_version("reply.corrected", before, corrected, by)
    if before.counts is None:
        _publish(after, by)
    return after


def _handle(
    reply: Reply, answered: Answered | None, run: ReplyRun | None, effect: Effect, by: Caller
) -> Reply:
    email = answered.email if answered else None
    linked = effects.linked(reply, answered) if answered else reply
    applied = effects.apply(effect, linked, email, run.return_date if run else None, by)
    handled = replace(
        linked,
        handled_at=by.at,
        run=run,
        needs_review=run is None or run.unsure,
        sequence_effect=applied.sequence_effect,
        suppression_ids=applied.suppression_ids,
    )
    return store.replace_version("reply.classified", reply, handled, by)


def _publish(reply: Reply, by: Caller) -> None:
    """Once for each reply, with its first classification."""
    by.transaction.emit("outreach.email.replied", ReplyView.of(reply).model_dump(mode="json"))


def _not_lifted(reply: Reply, note: str | None, by: Caller) -> Iterator[str]:
    """Lift the suppressions that the reply has caused. Yields those that this caller cannot lift."""
    for suppression_id in reply.suppression_ids:
        found = SUPPRESSIONS.find(by.tenant, suppression_id)
        if found is None:
            continue
        if found.is_kept_by_law and not (by.scope == "admin" and note):
            yield suppression_id
        else:
            suppressions.delete(suppression_id, note, by)
