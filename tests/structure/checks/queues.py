"""Queues, schedules and rules: nothing is lost without an alarm or runs threefold, and rules match existing events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eal.entry.queue import MAX_RECEIVES
from tests.structure.checks.catalogue import catalogue, enqueued
from tests.structure.project import listed, referred
from tools.fixtures.template import MAIN, WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

type Properties = dict[str, Any]

DELAYED = {"CrmQueue", "DeliveryQueue", "RecordingQueue", "ResendQueue", "SlowCrmQueue", "SlowDeliveryQueue"}
"""Queues whose messages can have a delay of up to MAX_DELAY_SECONDS, which counts as age."""
MAX_DELAY_SECONDS = 900


def faults(project: Project) -> Iterator[str]:
    consumed: dict[str, str] = {}
    for logical_id, properties in project.functions.items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = referred(event["Properties"]["Queue"]) or ""
                if queue in consumed:
                    yield f"{logical_id} and {consumed[queue]} both consume {queue}: give each its own"
                consumed[queue] = logical_id
                yield from _mapping(project, logical_id, queue, event["Properties"])
            elif event["Type"] in ("DynamoDB", "Kinesis"):
                yield from _stream(logical_id, event["Properties"])
            elif event["Type"] == "Schedule":
                yield from _schedule(logical_id, properties)
    for queue, properties in project.resources("AWS::SQS::Queue").items():
        if properties.get("SqsManagedSseEnabled") is not True:
            yield f"{queue} needs SqsManagedSseEnabled: true, so that the template says that it is encrypted"
    yield from _dead_letters(project, consumed)
    yield from _receivers(project)
    yield from _rules(project)


def _mapping(project: Project, worker: str, queue: str, event: Properties) -> Iterator[str]:
    queues = project.resources("AWS::SQS::Queue")
    if queue not in queues:
        yield f"{worker} consumes {queue}, which is not a queue of the template"
        return
    if "ReportBatchItemFailures" not in event.get("FunctionResponseTypes", []):
        yield f"{worker}'s event needs FunctionResponseTypes: [ReportBatchItemFailures]"
    if not event.get("ScalingConfig", {}).get("MaximumConcurrency"):
        yield f"{worker}'s event needs ScalingConfig: {{MaximumConcurrency: …}}"
    timeout = project.functions[worker].get("Timeout", project.template["Globals"]["Function"]["Timeout"])
    visibility = queues[queue].get("VisibilityTimeout", 30)
    # AWS: six times the function's timeout, plus the batching window (Lambda's guide, "Configuring a queue").
    minimum = 6 * timeout + _window(event)
    if visibility < minimum:
        yield f"set {queue}'s VisibilityTimeout to at least {minimum}, six timeouts of {worker}"
    if queues[queue].get("RedrivePolicy", {}).get("maxReceiveCount", MAX_RECEIVES) != MAX_RECEIVES:
        yield f"set {queue}'s maxReceiveCount to {MAX_RECEIVES}, as eal.entry.queue.MAX_RECEIVES"


def _window(event: Properties) -> int:
    window = event.get("MaximumBatchingWindowInSeconds", 0)
    return max(window["Fn::If"][1:]) if isinstance(window, dict) else int(window)


def _stream(worker: str, event: Properties) -> Iterator[str]:
    if "ReportBatchItemFailures" not in event.get("FunctionResponseTypes", []):
        yield f"{worker}'s event needs FunctionResponseTypes: [ReportBatchItemFailures]"
    if not event.get("BisectBatchOnFunctionError"):
        yield f"{worker}'s event needs BisectBatchOnFunctionError, so that no record blocks others"


def _schedule(worker: str, properties: Properties) -> Iterator[str]:
    """Lambda retries a failed asynchronous invocation twice and a throttled one for six hours (Lambda's guide, "How
    Lambda handles errors and retries with asynchronous invocation"): next to later runs, which do the same work."""
    if properties.get("EventInvokeConfig") != {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}:
        yield f"{worker} has a schedule: set EventInvokeConfig: *once, because the next run is the retry"


def _dead_letters(project: Project, consumed: dict[str, str]) -> Iterator[str]:
    queues = project.resources("AWS::SQS::Queue")
    owners: dict[str, str] = {}
    for queue in (name for name in consumed if name in queues):
        dead = referred(queues[queue].get("RedrivePolicy", {}).get("deadLetterTargetArn")) or ""
        if dead not in queues:
            yield f"{queue} needs a RedrivePolicy to a dead-letter queue of its own"
            continue
        if dead in owners:
            yield f"{queue} and {owners[dead]} share {dead}: give each its own dead-letter queue"
        owners[dead] = queue
        if queues[dead].get("MessageRetentionPeriod", 0) <= queues[queue].get(
            "MessageRetentionPeriod", 345600
        ):
            yield f"{dead} must keep messages longer than {queue}: their age does not start again"
        if not _has_alarm(project, queue, "ApproximateAgeOfOldestMessage"):
            yield f"{queue} needs an alarm on ApproximateAgeOfOldestMessage"
        for alarm in _alarms(project, queue, "ApproximateAgeOfOldestMessage"):
            if queue in DELAYED and alarm["Threshold"] <= MAX_DELAY_SECONDS:
                yield f"{queue} has messages with delays of {MAX_DELAY_SECONDS} s: raise the threshold"
        if not _has_alarm(project, dead, "ApproximateNumberOfMessagesVisible"):
            yield f"{dead} needs an alarm on ApproximateNumberOfMessagesVisible"
    for queue in sorted(set(queues) - set(consumed) - set(owners)):
        yield f"nothing consumes {queue}: remove it"


def _receivers(project: Project) -> Iterator[str]:
    for logical_id, properties in project.functions.items():
        if "FunctionUrlConfig" in properties and not _has_alarm(project, logical_id, "Url5xxCount"):
            yield f"{logical_id} needs an alarm on Url5xxCount, because a failed webhook may be lost"


def _has_alarm(project: Project, resource: str, metric: str) -> bool:
    return any("AlarmActions" in alarm for alarm in _alarms(project, resource, metric))


def _alarms(project: Project, resource: str, metric: str) -> Iterator[Properties]:
    for alarm in project.resources("AWS::CloudWatch::Alarm").values():
        if alarm.get("MetricName") == metric and resource in {
            referred(dimension["Value"]) for dimension in alarm.get("Dimensions", [])
        }:
            yield alarm


def _rules(project: Project) -> Iterator[str]:
    admitted = _admitted(project)
    types, tasks = set(catalogue(project)), {task for _, task in enqueued(project)}
    ruled: set[str] = set()
    for rule, properties in project.resources("AWS::Events::Rule").items():
        pattern = properties["EventPattern"]
        names = set(pattern.get("detail-type", []))
        ruled |= names
        if referred(properties.get("EventBusName")) != "Bus":
            yield f"set the EventBusName of {rule} to Bus"
        known = {"eal.events": types, "eal.tasks": tasks}
        sources = pattern.get("source", [])
        if not sources or not set(sources) <= set(known):
            yield f"{rule} needs source [eal.events] or [eal.tasks]"
            continue
        for name in sorted(names - set().union(*(known[source] for source in sources))):
            yield f"{rule} matches {name}, which is no event type and no task"
        for target in properties["Targets"]:
            yield from _target(project, rule, target, admitted)
    for path, task in enqueued(project):
        if task not in ruled:
            yield f"{path} enqueues {task}, and no rule of the templates matches it: add one"


def _target(project: Project, rule: str, target: Properties, admitted: set[str]) -> Iterator[str]:
    queues = project.resources("AWS::SQS::Queue")
    queue = referred(target["Arn"]) or ""
    dead = referred(target.get("DeadLetterConfig", {}).get("Arn")) or ""
    own = referred(queues.get(queue, {}).get("RedrivePolicy", {}).get("deadLetterTargetArn"))
    if dead not in queues or dead != own:
        yield f"{rule}'s target needs a DeadLetterConfig: {queue}'s own dead-letter queue, {own}"
    for name in (queue, dead):
        if name in queues and name not in admitted:
            path, policy = (
                (WORKERS, "WorkerQueuesFromBus")
                if name in project.templates[WORKERS]["Resources"]
                else (MAIN, "QueuesFromBus")
            )
            yield f"{path}: EventBridge may not send to {name}: add it to Queues and Resource of {policy}"


def _admitted(project: Project) -> set[str]:
    """The queues to which a queue policy with a Condition lets EventBridge send."""
    found: set[str] = set()
    for policy in project.resources("AWS::SQS::QueuePolicy").values():
        attached = {referred(queue) for queue in policy["Queues"]}
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement.get("Principal") == {"Service": "events.amazonaws.com"} and "Condition" in statement:
                found |= {
                    queue
                    for queue in map(referred, listed(statement["Resource"]))
                    if queue and queue in attached
                }
    return found
