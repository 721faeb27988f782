"""What CallRail sent becomes calls, leads and text messages."""

from typing import TYPE_CHECKING

from eal.core import observe
from eal.core.caller import Caller
from eal.core.errors import Conflict
from eal.domain.calls import store as calls
from eal.domain.integrations import inbound
from eal.domain.integrations.inbound import Received
from eal.entry.queue import Consumer
from eal.vendors.callrail import webhooks

if TYPE_CHECKING:
    from eal.vendors.callrail.messages import FilledForm


def normalise(received: Received, raw: bytes) -> None:
    """Merge one event into its call, or take its form or text message."""
    snapshot = webhooks.call_in(received.kind, raw, received.received_at)
    if snapshot is None:
        _take(received, raw)
        return
    by = received.as_caller()
    if calls.ingest(snapshot, by) is None:
        observe.count("inbound_duplicates")
    by.transaction.commit()


def _take(received: Received, raw: bytes) -> None:
    # Here and not above: nearly all that comes are calls, and a cold start would pay for the models of leads.
    from eal.domain.messages import store as messages
    from eal.vendors.callrail import messages as callrail_messages

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
        by.transaction.commit()


def _take_form(form: "FilledForm", by: Caller, *, without_phones: bool = False) -> None:
    from eal.domain.messages import store as messages

    lead = form.lead
    if lead and without_phones:
        lead = lead.model_copy(update={"phones": []} if lead.email else {"phones": lead.phones[:1]})
    is_new = messages.take_form(
        webhooks.VENDOR,
        form.form_id,
        submitted_at=form.submitted_at,
        page=form.page,
        fields=form.fields,
        filled_in=lead,
        by=by,
    )
    if not is_new:
        observe.count("inbound_duplicates")
    by.transaction.commit()


handler = Consumer(inbound.normaliser(normalise)).handler
