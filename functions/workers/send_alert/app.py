"""Tells the people on call about a dispatch, one step for one person, on the task `send_alert`."""

from eal.core.table.item import load
from eal.domain.alerts.messages import SendAlertTask
from eal.domain.calls import alerting
from eal.entry.queue import Consumer, Message, RetryPolicy
from eal.vendors import alert_transports


def consume(message: Message) -> None:
    alerting.alert(load(SendAlertTask, message), alert_transports.connect)


def give_up(message: Message, _fault: Exception) -> None:
    alerting.give_up(load(SendAlertTask, message))


RETRY_POLICY = RetryPolicy(
    queue="alert", first_delay_seconds=5, give_up=give_up, handled_elsewhere=(alerting.InProgress,)
)
# A tenant whose vendor is slow must not delay the emergencies of others.
handler = Consumer(consume, retry_policy=RETRY_POLICY, fair_queue="alert").handler
