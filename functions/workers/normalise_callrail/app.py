"""What CallRail sent becomes calls, leads and text messages."""

from typing import TYPE_CHECKING

from eal import observe
from eal.caller import Caller
from eal.calls import store as calls
from eal.entry.consumer import Consumer
from eal.errors import Conflict
from eal.integrations import inbound
from eal.integrations.inbound import Received
from eal.vendors import callrail

if TYPE_CHECKING:
    from eal.vendors.callrail_messages import FilledForm


def normalise(received: Received, raw: bytes) -> None:
    """Merge one event into its call, or take its form or text message."""
    snapshot = callrail.call_in(received.kind, raw, received.received_at)
    if snapshot is None:
        _take(received, raw)
        return
    by = received.as_caller()
    if calls.take_in(snapshot, by) is None:
        observe.count("inbound_duplicates")
    by.write.commit()


def _take(received: Received, raw: bytes) -> None:
    # Here and not above: nearly all that comes are calls, and a cold start would pay for the models of leads.
    from eal.messages import store as messages
    from eal.vendors import callrail_messages

    told = callrail_messages.message_in(received.kind, raw, received.received_at)
    by = received.as_caller()
    if told is None:
        observe.count("inbound_unknown_kind")
    elif isinstance(told, callrail_messages.FilledForm):
        try:
            _take_form(told, by)
        except Conflict:
            # Its e-mail is one lead's and its phone another's: the e-mail's lead gets what the form says.
            _take_form(told, received.as_caller(), without_phones=True)
    else:
        if not messages.take_text(told, by):
            observe.count("inbound_duplicates")
        by.write.commit()


def _take_form(form: "FilledForm", by: Caller, *, without_phones: bool = False) -> None:
    from eal.messages import store as messages

    lead = form.lead
    if lead and without_phones:
        lead = lead.model_copy(update={"phones": []} if lead.email else {"phones": lead.phones[:1]})
    is_new = messages.take_form(
        callrail.VENDOR,
        form.form_id,
        submitted_at=form.submitted_at,
        page=form.page,
        fields=form.fields,
        filled_in=lead,
        by=by,
    )
    if not is_new:
        observe.count("inbound_duplicates")
    by.write.commit()


handler = Consumer(inbound.normaliser(normalise)).handler
