"""Reserved concurrency, request limits and their alarms: no tenant and no stranger uses up what all functions share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.structure.checks import grants
from tests.structure.project import listed, referred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

type Properties = dict[str, Any]

MAX_RESERVED = 600
"""The sum of all reservations, of an account's default quota of 1,000. All other functions share the rest."""


def faults(project: Project) -> Iterator[str]:
    for logical_id, properties in project.functions.items():
        yield from _reservation(project, logical_id, properties)
        if logical_id in {**project.endpoints, **project.pages}:
            yield from _limit(project, logical_id)
        if "FunctionUrlConfig" in properties:
            yield from _receiver(project, logical_id)
    total = sum(_reserved(properties) for properties in project.functions.values())
    if total > MAX_RESERVED:
        yield f"the reservations add up to {total}: lower them to {MAX_RESERVED}"
    yield from _settings(project)


def _reservation(project: Project, logical_id: str, properties: Properties) -> Iterator[str]:
    reserved, events = _reserved(properties), properties.get("Events", {}).values()
    form = "ReservedConcurrentExecutions: !If [ReservesConcurrency, …, !Ref AWS::NoValue]"
    if "ReservedConcurrentExecutions" in properties and not reserved:
        yield f"write {logical_id}'s reservation as {form}, because a small account cannot reserve"
    elif not reserved and (reason := _reason(project, logical_id)):
        yield f"{logical_id} {reason}: set {form}"
    if any(event["Type"] == "Schedule" for event in events):
        if reserved > 1:
            yield f"reserve 1 for {logical_id}, because scheduled runs must not overlap"
        if len(events) > 1:
            yield f"{logical_id} has other events besides its schedule: move them to a function of their own"
    batches = sum(
        event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        for event in events
        if event["Type"] == "SQS"
    )
    if reserved and batches > reserved:
        # Lambda's guide, "Configuring scaling behavior for SQS event source mappings".
        yield f"reserve {batches} for {logical_id}, its MaximumConcurrency, otherwise Lambda throttles messages"


def _reason(project: Project, logical_id: str) -> str | None:
    """Why a function needs a reservation; None if it does not."""
    properties, role = project.functions[logical_id], grants.role_of(project, logical_id) or ""
    if "FunctionUrlConfig" in properties:
        return "has a function URL, which nothing else throttles"
    if logical_id in project.routes and not grants.actions_on(project, role, "AccessTable"):
        return "responds without an API key"
    if _is_slow(project, logical_id):
        return "may run longer than other endpoints"
    if any(
        "bedrock:InvokeModel" in listed(statement["Action"]) for statement in grants.statements(project, role)
    ):
        return "calls Bedrock"
    if "kms:Decrypt" in grants.actions_on(project, role, "SecretsKey"):
        return "decrypts a secret, and so calls the outside world"
    if any(event["Type"] == "Schedule" for event in properties.get("Events", {}).values()):
        return "has a schedule, and its runs must not overlap"
    return None


def _reserved(properties: Properties) -> int:
    """The reservation; 0 for none, or one without its condition."""
    value = properties.get("ReservedConcurrentExecutions")
    match value["Fn::If"] if isinstance(value, dict) else None:
        case ["ReservesConcurrency", int(number), {"Ref": "AWS::NoValue"}]:
            return number
    return 0


def _is_slow(project: Project, logical_id: str) -> bool:
    timeout = project.functions[logical_id].get("Timeout", 0)
    return logical_id in project.endpoints and timeout > project.template["Globals"]["Function"]["Timeout"]


def _limits(project: Project) -> dict[tuple[str, str], Properties]:
    """The method settings of the API: (method, path) to settings. A path is encoded as in a JSON pointer."""
    (api,) = project.resources("AWS::Serverless::Api").values()
    return {
        (setting["HttpMethod"], setting["ResourcePath"].removeprefix("/").replace("~1", "/")): setting
        for setting in api["MethodSettings"]
    }


def _limit(project: Project, logical_id: str) -> Iterator[str]:
    """A slow endpoint, or one without a key, has a lower limit than `/*`."""
    method, path = {**project.endpoints, **project.pages}[logical_id]
    role = grants.role_of(project, logical_id) or ""
    if not _is_slow(project, logical_id) and grants.actions_on(project, role, "AccessTable"):
        return
    if (method, path) not in _limits(project):
        yield f"{logical_id} is slow or responds without a key: give {method} {path} MethodSettings of its own"
    responds_without_key = not grants.actions_on(project, role, "AccessTable")
    if responds_without_key and not any(limited in path for limited in _limited_addresses(project)):
        yield f"{logical_id} responds without a key: limit the requests of one address to {path} in StrangersAcl"


def _limited_addresses(project: Project) -> Iterator[str]:
    """The parts of paths for which the web ACL limits each network address."""
    for acl in project.resources("AWS::WAFv2::WebACL").values():
        for rule in acl["Rules"]:
            limit = rule.get("Statement", {}).get("RateBasedStatement", {})
            for statement in limit.get("ScopeDownStatement", {}).get("OrStatement", {}).get("Statements", []):
                yield statement["ByteMatchStatement"]["SearchString"]


def _settings(project: Project) -> Iterator[str]:
    routes = {("*", "*"), *project.endpoints.values(), *project.pages.values()}
    for method, path in _limits(project).keys() - routes:
        yield f"MethodSettings name {method} {path}, which is no route: correct or remove them"


def _receiver(project: Project, logical_id: str) -> Iterator[str]:
    for metric in ("Throttles", "Url4xxCount"):
        if (metric, logical_id) not in _watched(project):
            yield f"{logical_id} needs {metric} in an alarm, because a rejected webhook may be lost"


def _watched(project: Project) -> set[tuple[str, str | None]]:
    """The metrics with the function that alarms with an expression watch."""
    return {
        (query["MetricStat"]["Metric"]["MetricName"], referred(dimension["Value"]))
        for alarm in project.resources("AWS::CloudWatch::Alarm").values()
        for query in alarm.get("Metrics", [])
        if "MetricStat" in query
        for dimension in query["MetricStat"]["Metric"].get("Dimensions", [])
    }
