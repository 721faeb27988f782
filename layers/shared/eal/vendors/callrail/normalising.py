"""The normalisation of CallRail's webhooks: calls, leads from forms, and text messages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from eal.core import observe
from eal.core.errors import Conflict
from eal.domain.calls import store as calls
from eal.domain.calls.model import TooManyModifications
from eal.domain.integrations import inbound
from eal.vendors.callrail import webhooks

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.integrations.messages import ReceivedWebhook
    from eal.vendors.callrail.messages import FilledForm


MAX_DELAY_SECONDS = 240
"""The age of a message includes its delay, and the queue's alarm is at 5 minutes."""


def normalise(received: ReceivedWebhook, raw: bytes) -> None:
    """Merge one event into its call, or record its form or text message."""
    snapshot = webhooks.parse_call(received.kind, raw, received.received_at)
    if snapshot is None:
        _record_message(received, raw)
        return
    by = received.as_caller()
    try:
        _, outcome = calls.ingest(snapshot, by)
    except calls.CallErased:
        return
    except TooManyModifications as too_many:
        # Nothing is lost: each counts from the time of its receipt, so the newest ones supersede the rest.
        observe.count("modifications_deferred")
        wait = math.ceil((too_many.next_at - by.at).total_seconds())
        inbound.send(received, delay=min(MAX_DELAY_SECONDS, wait))
        return
    if outcome == "unchanged":
        observe.count("inbound_duplicates")
    by.transaction.commit()


def _record_message(received: ReceivedWebhook, raw: bytes) -> None:
    # Imported here: nearly all events are calls, and their cold starts would pay for the models of leads.
    from eal.domain.messages import store as messages
    from eal.vendors.callrail import messages as callrail_messages

    message = callrail_messages.parse_message(received.kind, raw, received.received_at)
    by = received.as_caller()
    if message is None:
        observe.count("inbound_unknown_kind")
    elif isinstance(message, callrail_messages.FilledForm):
        try:
            _record_form(message, by)
        except Conflict:
            # The e-mail address and the phone number belong to different leads: the lead with the e-mail gets the form.
            _record_form(message, received.as_caller(), without_phones=True)
    else:
        if not messages.store_text(message, by):
            observe.count("inbound_duplicates")
        by.transaction.commit()


def _record_form(form: FilledForm, by: Caller, *, without_phones: bool = False) -> None:
    from eal.domain.messages import store as messages

    lead = form.lead
    if lead and without_phones:
        lead = lead.model_copy(update={"phones": []} if lead.email else {"phones": lead.phones[:1]})
    is_new = messages.store_form(
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
