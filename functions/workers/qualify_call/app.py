"""A qualified call becomes a lead: on `call.classified` with `qualified` true."""

from eal.core import observe
from eal.core.caller import Caller
from eal.core.table.item import load
from eal.domain.calls import store as calls
from eal.domain.calls.model import Call
from eal.domain.leads import capture as leads
from eal.domain.organization_settings import store as organization_settings
from eal.entry.queue import Consumer, Message, ResourceEvent, worker_of


def qualify(message: Message) -> None:
    """Make or find the lead, and link it in the same transaction.

    Else a lead that is erased between the two would be made again by the second run of a worker that was killed there.
    """
    classified = load(ResourceEvent, message)
    by = worker_of(classified, "qualify_call")
    record = calls.find(classified.data.id, by)
    if record is None or record.call.qualified_at or not _is_qualified(record.call):
        return
    if not organization_settings.ai_is_enabled(by.organization_id):
        return  # switched off while the message waited
    observe.bind(call_id=record.call.id)
    calls.qualify(record.call, _lead(record.call, by), by)
    by.transaction.commit()


def _is_qualified(call: Call) -> bool:
    """Still: a later run may have found otherwise while the message waited."""
    return call.classification is not None and call.classification.qualified is True


def _lead(call: Call, by: Caller) -> str | None:
    """The caller's lead, new or known; None for a caller who withheld the number."""
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


handler = Consumer(qualify).handler
