"""Reconciles Resend's received mails. A message names a tenant whose connection is due."""

from eal.core import clock
from eal.core.messages import TenantMessage
from eal.core.table.item import load
from eal.domain.integrations import reconciliation
from eal.entry.queue import Consumer, Message, RetryPolicy
from eal.vendors import reconcile
from eal.vendors.resend import reconcile as resend_reconcile
from eal.vendors.resend.webhooks import VENDOR


def consume(message: Message) -> None:
    due = load(TenantMessage, message)
    recover = reconcile.missed_webhooks(resend_reconcile.recover)
    reconcile.run(VENDOR, due.tenant, due.request_id, recover)


def give_up(message: Message, fault: Exception) -> None:
    """Leave the connection alone for an hour; otherwise every scheduled run would add a dead letter."""
    reconciliation.postpone(VENDOR, load(TenantMessage, message).tenant, clock.now())


# The five receives are over before the next scheduled run.
RETRY_POLICY = RetryPolicy(queue="resend_reconciliation", first_delay_seconds=45, give_up=give_up)
handler = Consumer(consume, retry_policy=RETRY_POLICY).handler
