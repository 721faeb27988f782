"""What CallRail sent becomes calls, leads and text messages. A message is as `eal.entry.receiver` enqueues it."""

from datetime import datetime
from typing import TYPE_CHECKING, cast

from eal import clock, observe
from eal.caller import Caller
from eal.calls import store as calls
from eal.entry.consumer import Consumer, Message
from eal.errors import Conflict
from eal.integrations import connections, inbound
from eal.vendors import callrail

if TYPE_CHECKING:
    from eal.vendors.callrail_messages import FilledForm


def normalise(message: Message) -> None:
    """Merge one event into its call, or take its form or text message; and remember that the connection is alive."""
    received_at = clock.parse(cast("str", message["received_at"]))
    raw = inbound.raw(cast("str", message["raw"]))
    kind = cast("str", message["kind"])
    snapshot = callrail.call_in(kind, raw, received_at)
    if snapshot is None:
        _take(message, kind, raw, received_at)
    else:
        by = inbound.caller_of(message)
        if calls.take_in(snapshot, by) is None:
            observe.count("inbound_duplicates")
        by.write.commit()
    connections.stamp_event(cast("str", message["connection_id"]), received_at)


def _take(message: Message, kind: str, raw: bytes, received_at: datetime) -> None:
    # Here and not above: nearly all that comes are calls, and a cold start would pay for the models of leads.
    from eal.messages import store as messages
    from eal.vendors import callrail_messages

    told, by = callrail_messages.message_in(kind, raw, received_at), inbound.caller_of(message)
    if told is None:
        observe.count("inbound_unknown_kind")
    elif isinstance(told, callrail_messages.FilledForm):
        try:
            _take_form(told, by)
        except Conflict:
            # Its e-mail is one lead's and its phone another's: the e-mail's lead gets what the form says.
            _take_form(told, inbound.caller_of(message), without_phones=True)
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


handler = Consumer(normalise).handler
