"""The templates: the main one passes names to its nested ones, and a queue is in the template of its senders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.structure.project import listed, referred
from tools.fixtures.template import DASHBOARD, MAIN, NESTED, WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

HOMES = {"workers": WORKERS, "dashboard": DASHBOARD}
"""The template of the functions in a folder, if it is not the main one."""
CHOSEN = {"NumpyLayer": {"Fn::If": ["IsArm64", {"Ref": "NumpyArm64Layer"}, {"Ref": "NumpyX8664Layer"}]}}
"""Parameters that have one of two resources."""
ADDRESSES = ("PublicBaseUrl", "DashboardUrl", "TwilioReceiverUrl")
"""Parameters that a nested template gets with their default, which depends on the domain."""
OWN_GLOBALS = ("LoggingConfig", "Tags")
"""Globals of one template: each stack has a log group, and the tag admits API Gateway to functions with a route."""
UPLOADED_BY_BROWSERS = ("PhotosBucket", "UploadsBucket")
"""The buckets for whose presigned PUTs the API returns URLs."""
UPLOAD_HEADERS = {"content-type", "if-none-match", "x-amz-checksum-sha256"}
"""Headers that the API asks an upload to send, except Content-Length, which browsers set themselves."""


def faults(project: Project) -> Iterator[str]:
    main = project.templates[MAIN]
    for logical_id, path in NESTED.items():
        nested = project.templates[path]
        yield from _parameters(main, logical_id, nested)
        yield from _conditions(main, path, nested)
        for name in sorted(main["Resources"].keys() & nested["Resources"].keys()):
            yield f"{path}: {name} is in {MAIN} too: rename it, because logical ids are unique over all templates"
    yield from _globals(main, project.templates[WORKERS])
    yield from _functions(project)
    yield from _queues(project)
    yield from _cross_origin(project)


def _parameters(main: dict[str, Any], logical_id: str, nested: dict[str, Any]) -> Iterator[str]:
    path, passed = NESTED[logical_id], main["Resources"][logical_id]["Properties"]["Parameters"]
    for name in sorted(nested["Parameters"].keys() - passed.keys()):
        yield f"{MAIN}: pass {name} to {logical_id}: {path} has it as a parameter"
    for name in sorted(passed.keys() - nested["Parameters"].keys()):
        yield f"{path} has no parameter {name}: add it, or stop passing it in {MAIN}"
    for name, value in passed.items():
        if name in ADDRESSES and "Fn::If" not in value:
            yield f"{MAIN}: pass {name} to {logical_id} with its default, as other nested templates get it"
        if name in ADDRESSES or CHOSEN.get(name) == value:
            continue
        (source,) = value.values() if isinstance(value, dict) else [value]
        expected = str(source).replace(".Outputs", "").replace(".", "").removeprefix("AWS::")
        if name != expected:
            yield f"{MAIN}: {logical_id}'s parameter {name} is {source}: name it {expected}"


def _conditions(main: dict[str, Any], path: str, nested: dict[str, Any]) -> Iterator[str]:
    for name in sorted(main["Conditions"].keys() & nested["Conditions"].keys()):
        if main["Conditions"][name] != nested["Conditions"][name]:
            yield f"{path}: make the condition {name} the same as in {MAIN}"


def _globals(main: dict[str, Any], workers: dict[str, Any]) -> Iterator[str]:
    """Both templates with functions have the same Globals, except those of OWN_GLOBALS."""
    ours, theirs = (
        {name: value for name, value in template["Globals"]["Function"].items() if name not in OWN_GLOBALS}
        for template in (main, workers)
    )
    if ours != theirs:
        yield f"{WORKERS}: make Globals the same as in {MAIN}, except {' and '.join(OWN_GLOBALS)}"


def _functions(project: Project) -> Iterator[str]:
    for path, template in project.templates.items():
        for name, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                home = HOMES.get(project.folder_of(name).partition("/")[0], MAIN)
                if home != path:
                    yield f"{path}: move {name} to {home}"


def _queues(project: Project) -> Iterator[str]:
    senders = _senders(project)
    for path, template in project.templates.items():
        for name, resource in template["Resources"].items():
            if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in resource["Properties"]:
                home = MAIN if name in senders else WORKERS
                if home != path:
                    reason = "not only workers send" if home == MAIN else "only workers send"
                    yield f"{path}: move {name} to {home}: {reason} to it"


def _senders(project: Project) -> set[str | None]:
    """The queues to which roles and buckets of the main template send."""
    found: set[str | None] = set()
    for resource in project.templates[MAIN]["Resources"].values():
        properties = resource.get("Properties", {})
        policies = properties.get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []
        for policy in policies:
            for statement in listed(policy["PolicyDocument"]["Statement"]):
                if "sqs:SendMessage" in listed(statement["Action"]):
                    found |= {referred(queue) for queue in listed(statement["Resource"])}
        notifications = properties.get("NotificationConfiguration", {}).get("QueueConfigurations", [])
        found |= {referred(notification["Queue"]) for notification in notifications}
    return found


def _cross_origin(project: Project) -> Iterator[str]:
    """Emulators answer every preflight, so only this check finds a rule that AWS would miss."""
    dashboard = project.functions["SessionsCreate"]["Environment"]["Variables"]["DASHBOARD_URL"]
    expected = {"methods": {"PUT"}, "origins": [dashboard], "headers": UPLOAD_HEADERS, "exposed": {"ETag"}}
    for name, properties in project.resources("AWS::S3::Bucket").items():
        rules = properties.get("CorsConfiguration", {}).get("CorsRules", [])
        found = [
            {
                "methods": set(rule["AllowedMethods"]),
                "origins": rule["AllowedOrigins"],
                "headers": {header.lower() for header in rule.get("AllowedHeaders", [])},
                "exposed": set(rule.get("ExposedHeaders", [])),
            }
            for rule in rules
        ]
        if name in UPLOADED_BY_BROWSERS and found != [expected]:
            yield (
                f"{name}: let the dashboard's origin alone PUT, with {', '.join(sorted(UPLOAD_HEADERS))}, and read "
                "the ETag"
            )
        if name not in UPLOADED_BY_BROWSERS and found:
            yield f"{name}: remove CorsConfiguration, because no browser uploads to it"
