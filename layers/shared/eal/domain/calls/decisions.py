"""Decisions about calls in the State table: what the rules read, and the changes of a call's dispatch."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import Conflict
from eal.core.table.read import walk
from eal.domain.calls import dispatching, places, store
from eal.domain.calls.store import CALLS
from eal.domain.dispatch import transitions
from eal.domain.dispatch.model import Settings
from eal.domain.dispatch.transitions import Situation
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.calls.model import Call, CallRecord
    from eal.domain.dispatch.model import AcknowledgedVia, Dispatch
    from eal.domain.dispatch.wire import DispatchDecide

OPEN_HOURS = 8
"""How long the dispatch of a call counts as open, because nobody reports the end of a job."""


def situation_of(record: CallRecord, settings: Mapping[str, Json], by: Caller) -> Situation:
    """The facts that the rules read beside the call. `settings` are the organization's, in their stored form."""
    parsed = Settings.of(settings)
    return Situation(
        settings=parsed,
        postal_code=places.postal_code(record, by.tenant),
        open_dispatches=_open_dispatches(parsed, by),
    )


def decide(call_id: str, body: DispatchDecide, by: Caller) -> Call:
    """The call, decided by the rules now, or as the body overrides them.

    Raises: NotFound; Conflict for a call in progress, and for a decision by the rules without a classification.
    """
    record = store.get(call_id, by)
    call = record.call
    by.transaction.check_if_match(call.version)
    if not call.has_ended:
        raise Conflict("The call is still in progress. It can be decided when it has ended.")
    if body.action is not None:
        override = transitions.overridden(call.dispatch, body, body.action, by.actor, by.at)
        return _write(call, dispatching.dispatched(call, override), "call.dispatched", by)
    if call.classification is None:
        raise Conflict(
            "The call is not classified, so the rules cannot decide it. Wait for its classification, or decide it "
            "yourself with 'action' and 'reason'."
        )
    settings = organization_settings.settings_of(by.organization_id)
    situation = situation_of(record, settings, by)
    after = dispatching.decided(call, call.classification, situation, by.actor, by.at)
    return _write(call, after, "call.dispatched", by)


def leave_to_people(call: Call, settings: Mapping[str, Json], by: Caller) -> None:
    """Let people review a call that could not be classified. `settings` are the organization's, in their stored form.

    Its transcript is not read for a place, because it may be what cannot be classified.
    """
    parsed = Settings.of(settings)
    situation = Situation(settings=parsed, open_dispatches=_open_dispatches(parsed, by))
    after = dispatching.left_to_people(call, situation, by.actor, by.at)
    if after is not call:
        _write(call, after, "call.dispatched", by)


def acknowledge(call_id: str, name: str | None, by: Caller) -> Call:
    """The call with its dispatch acknowledged; unchanged if it was before.

    Raises: NotFound; Conflict if there is nothing to carry out.
    """
    call = CALLS.get(by.tenant, call_id)
    by.transaction.check_if_match(call.version)
    dispatch = call.dispatch
    if dispatch is None or not transitions.can_be_acknowledged(dispatch):
        action = f"its action is {dispatch.action}" if dispatch else "it is not decided yet"
        raise Conflict(
            f"The call has no dispatch to acknowledge: {action}. To take it over, decide it with 'action', 'reason' "
            "and 'assigned_to'."
        )
    if dispatch.acknowledged_at:
        return call
    via: AcknowledgedVia = "dashboard" if by.sign_in else "api"
    after = dispatching.dispatched(call, transitions.acknowledged(dispatch, name, via, by.at))
    return _write(call, after, "call.acknowledged", by)


def take(call: Call, dispatch: Dispatch, name: str, phone: str, via: AcknowledgedVia, by: Caller) -> Call:
    """The call, taken by the person with this phone number who answered an alert."""
    after = dispatching.dispatched(call, transitions.taken(dispatch, name, phone, via, by.at))
    return _write(call, after, "call.acknowledged", by)


def decline(call_id: str, reason: str | None, by: Caller) -> Call:
    """The call with the next person on call, because the one who was asked cannot act.

    Raises: NotFound; Conflict if nobody is being asked.
    """
    call = CALLS.get(by.tenant, call_id)
    by.transaction.check_if_match(call.version)
    dispatch = call.dispatch
    if dispatch is None or dispatching.awaited(call, dispatch.round, dispatching.level_of(dispatch)) is None:
        raise Conflict(
            "Nobody on call is being asked to take this call, so there is nobody to pass it on from. To give it to "
            "somebody, decide it with 'action', 'reason' and 'assigned_to'."
        )
    return pass_on(call, "call.declined", by, reason=reason)


def escalate(call: Call, round_number: int, level: int, by: Caller) -> Call | None:
    """The call with the next step of its escalation. None if that step is done, not due yet, or needed no more."""
    awaited = dispatching.awaited(call, round_number, level)
    if awaited is None or by.at < awaited[2]:
        return None
    return pass_on(call, "call.escalated", by)


def pass_on(call: Call, action: str, by: Caller, *, reason: str | None = None) -> Call:
    """The call with the next person on call, or for review if there is none. Somebody is being asked to take it.

    `action` is that of the audit record, with the reason for it.
    """
    dispatch = call.dispatch
    if dispatch is None or dispatch.escalation is None:
        raise AssertionError("only a dispatch with an escalation is passed on")
    settings = Settings.of(organization_settings.settings_of(by.organization_id))
    situation = Situation(settings=settings, open_dispatches=_open_dispatches(settings, by))
    after = dispatching.dispatched(
        call, transitions.escalated(dispatch, dispatch.escalation, situation, by.at)
    )
    return _write(call, after, action, by, reason=reason)


def _write(before: Call, after: Call, action: str, by: Caller, *, reason: str | None = None) -> Call:
    after = replace(after, updated_at=by.at, version=before.version + 1)
    store.replace_call(before, after, by)
    by.transaction.audit(
        action,
        after.id,
        audit.changes(
            {"status": before.status, **transitions.audited(before.dispatch)},
            {"status": after.status, **transitions.audited(after.dispatch), "reason": reason},
            personal={*transitions.PERSONAL, "reason"},
            salt=after.salt,
        ),
    )
    dispatching.announce(before, after, by)
    return after


def _open_dispatches(settings: Settings, by: Caller) -> dict[str, int]:
    """The open dispatches of each person on call, by phone. Not counted without a limit."""
    if settings.max_open_per_person is None:
        return {}
    since = ids.lowest(CALLS.id_prefix, by.at - timedelta(hours=OPEN_HOURS))
    values: dict[str, Json] = {":pk": CALLS.partition(by.tenant, "status", "dispatched"), ":since": since}
    items = walk("gsi1pk = :pk AND gsi1sk >= :since", values, index="gsi1")
    calls = (CALLS.load(item) for item in items)
    return Counter(
        call.dispatch.assigned_phone for call in calls if call.dispatch and call.dispatch.assigned_phone
    )
