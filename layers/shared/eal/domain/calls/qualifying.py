"""Qualification of a call: the lead of a qualified call is created or found, and linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import observe
from eal.domain.calls import store as calls
from eal.domain.leads import capture as leads
from eal.domain.organization_settings import ai as ai_settings

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.messages import ResourceEvent
    from eal.domain.calls.model import Call


def qualify(classified: ResourceEvent) -> None:
    """Create or find the lead, and link it in the same transaction.

    Otherwise the second run of a worker that was killed in between could create a lead again that was erased meanwhile.
    """
    by = classified.as_worker("qualify_call")
    record = calls.find(classified.data.id, by)
    if record is None or record.call.qualified_at or not _is_qualified(record.call):
        return
    by_engine = record.call.correction is None or record.call.correction.qualified is None
    if by_engine and not ai_settings.ai_is_enabled(by.organization_id):
        return  # disabled while the message was in the queue
    observe.bind(call_id=record.call.id)
    calls.qualify(record.call, _lead(record.call, by), by)
    by.transaction.commit()


def _is_qualified(call: Call) -> bool:
    """Whether the call still qualifies: it may have been classified again while the message was in the queue."""
    return call.classification is not None and call.classification.qualified is True


def _lead(call: Call, by: Caller) -> str | None:
    """The id of the caller's lead, new or existing; None if the caller withheld the number."""
    if call.facts.caller_number is None:
        return None
    return leads.from_call(
        call.id,
        name=call.person_name,
        phone=call.facts.caller_number,
        loss_type=call.loss_type,
        urgency=call.classification.urgency.value if call.classification else None,
        source_detail=call.facts.source_name,
        attribution=call.facts.attribution,
        by=by,
    )
