"""Sends a tenant's due outreach e-mails. A message names the tenant, and is one run of a bounded number of e-mails."""

import json
from datetime import timedelta

from eal.core import sqs
from eal.core.messages import TenantMessage
from eal.core.table.item import load
from eal.domain.outreach.sending.run import run
from eal.entry.queue import Consumer, Message
from eal.vendors.resend import sending


def consume(message: Message) -> None:
    """Send the due e-mails of a tenant. If more is due, the run's tenant gets another message, behind those of other
    tenants."""
    due = load(TenantMessage, message)
    pause = run(due.tenant, due.request_id, sending.connect)
    if pause is not None:
        _continue(due, pause)


def _continue(due: TenantMessage, pause: timedelta) -> None:
    body = json.dumps({**due.tenant._asdict(), "request_id": due.request_id})
    # If the queue refuses it, the marker at the end of the run's lease starts the next run.
    sqs.send_batch("send", [sqs.QueueEntry(body, due.organization_id, round(pause.total_seconds()))])


handler = Consumer(consume, fair_queue="send").handler
