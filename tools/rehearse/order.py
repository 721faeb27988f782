"""The order in which CloudFormation creates and deletes the resources of a deployment, from their references.

CloudFormation creates a resource when everything that it refers to is complete, and otherwise in any order. So a
resource that needs another one without a reference to it needs a DependsOn, or the first deployment fails by chance.
"""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from tools.fixtures.template import NESTED
from tools.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.preflight.deployment import Deployment, Stack

_VARIABLE = re.compile(r"\$\{([^!.}]+)")
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
LOSES_DATA = {"AWS::S3::Bucket": None, "AWS::DynamoDB::Table": "DeletionProtectionEnabled"}
"""Types whose deletion CloudFormation may be refused: buckets with objects, and tables with this property."""
KEPT = ("Retain", "RetainExceptOnCreate")

type Graph = Mapping[str, set[str]]
"""The resources that each resource waits for, by logical id. Logical ids are unique in the project."""


def findings(deployment: Deployment) -> Iterator[Finding]:
    graph = dependencies(deployment)
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as cycle:
        text = f"{' needs '.join(reversed(cycle.args[1]))}: pass a name in place of one of the references"
        yield Finding("fault", "order of creation", text)
        return
    earlier = _transitive(graph, order)
    faults = list(_unordered(deployment, earlier))
    for text in faults:
        yield Finding("fault", "order of creation", text)
    if not faults:
        waves = max(_depths(graph, order).values()) + 1
        yield Finding("ok", "order of creation", f"{len(order)} resources in {waves} steps")
    yield from _deletion(deployment)


def dependencies(deployment: Deployment) -> dict[str, set[str]]:
    """Resources of nested stacks also wait for what their stack waits for."""
    graph: dict[str, set[str]] = {}
    for stack in deployment:
        for logical_id in stack.resources:
            resource = stack.template["Resources"][logical_id]
            named = resource.get("DependsOn", [])
            explicit = {named} if isinstance(named, str) else set(named)
            found = explicit | set(_referred(stack, resource.get("Properties", {})))
            graph[logical_id] = found & stack.resources.keys()
    for nested, path in NESTED.items():
        if path in deployment.stacks:
            members = deployment.stacks[path].resources.keys()
            for member in members:
                graph[member] |= graph[nested]
            graph[nested] = graph[nested] | members
    return graph


def _referred(stack: Stack, node: Any) -> Iterator[str]:
    """The names in references that count: of a condition, only those of the branch that is chosen."""
    if isinstance(node, list):
        for member in node:
            yield from _referred(stack, member)
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        match name:
            case "Ref":
                yield value
            case "Fn::GetAtt":
                yield value[0] if isinstance(value, list) else value.partition(".")[0]
            case "Fn::Sub":
                text, own = value if isinstance(value, list) else (value, {})
                yield from set(_VARIABLE.findall(text)) - own.keys()
                yield from _referred(stack, own)
            case "Fn::If":
                yield from _referred(stack, value[1] if stack.evaluator.condition(value[0]) else value[2])
            case _:
                yield from _referred(stack, value)


def _transitive(graph: Graph, order: list[str]) -> dict[str, set[str]]:
    earlier: dict[str, set[str]] = {}
    for logical_id in order:
        direct = graph[logical_id]
        earlier[logical_id] = direct.union(*(earlier[other] for other in direct))
    return earlier


def _depths(graph: Graph, order: list[str]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for logical_id in order:
        depths[logical_id] = max((depths[other] + 1 for other in graph[logical_id]), default=0)
    return depths


def _unordered(deployment: Deployment, earlier: Graph) -> Iterator[str]:
    """Resources that a service refuses unless another one is complete, and that do not wait for it."""
    for first, second, reason in (
        *_notifications(deployment),
        *_gateway(deployment),
        *_mappings(deployment),
    ):
        if first not in earlier[second]:
            yield f"{second} may be created before {first}, and {reason}: add DependsOn: {first}"


def _notifications(deployment: Deployment) -> Iterator[tuple[str, str, str]]:
    reason = "S3 sends a test message when it stores a notification"
    policies = {
        queue: logical_id
        for logical_id, policy in deployment.of_type("AWS::SQS::QueuePolicy").items()
        for queue in policy["Queues"]
    }
    for bucket, properties in deployment.of_type("AWS::S3::Bucket").items():
        for each in properties.get("NotificationConfiguration", {}).get("QueueConfigurations", []):
            queue = deployment.logical_ids.get(each["Queue"])
            of_queue = next((url for url, found in deployment.references.items() if found == queue), None)
            if of_queue in policies:
                yield policies[of_queue], bucket, reason


def _gateway(deployment: Deployment) -> Iterator[tuple[str, str, str]]:
    stages = deployment.of_type("AWS::ApiGateway::Stage")
    for account in deployment.of_type("AWS::ApiGateway::Account"):
        for stage, properties in stages.items():
            if "AccessLogSetting" in properties:
                yield account, stage, "API Gateway refuses an access log without the account's role"
    for kind in ("AWS::ApiGateway::BasePathMapping", "AWS::WAFv2::WebACLAssociation"):
        for logical_id in deployment.of_type(kind):
            for stage in stages:
                yield stage, logical_id, "its service refuses a stage that does not exist"
    for method in deployment.of_type("AWS::ApiGateway::Method"):
        for logical_id in deployment.of_type("AWS::ApiGateway::Deployment"):
            yield method, logical_id, "the deployment would lack the method"


def _mappings(deployment: Deployment) -> Iterator[tuple[str, str, str]]:
    """A role's inline policies are created with it. Policies that are resources of their own are not."""
    functions = deployment.of_type("AWS::Lambda::Function")
    reason = "Lambda refuses a mapping whose role may not read the source"
    for mapping, properties in deployment.of_type("AWS::Lambda::EventSourceMapping").items():
        role = deployment.logical_ids[functions[deployment.references[properties["FunctionName"]]]["Role"]]
        yield role, mapping, reason
        for kind in POLICIES:
            for policy, attached in deployment.of_type(kind).items():
                names = [*attached.get("Roles", []), attached.get("RoleName")]
                if role in {deployment.references.get(name) for name in names}:
                    yield policy, mapping, reason


def _deletion(deployment: Deployment) -> Iterator[Finding]:
    kept, left_by_failure = [], []
    for stack in deployment:
        for logical_id, resource in stack.resources.items():
            policy, kind = resource.get("DeletionPolicy", "Delete"), resource["Type"]
            if policy in KEPT:
                kept.append(logical_id)
                left_by_failure += [logical_id] if policy == "Retain" else []
            elif kind in LOSES_DATA:
                yield _blocked(logical_id, resource)
    yield Finding("ok", "order of deletion", f"{len(kept)} resources remain: {', '.join(kept)}")
    if left_by_failure:
        text = (
            f"{', '.join(left_by_failure)} remain even after a failed first deployment: delete them by hand"
        )
        yield Finding("warning", "order of deletion", text)


def _blocked(logical_id: str, resource: Mapping[str, Any]) -> Finding:
    protection = LOSES_DATA[resource["Type"]]
    if protection and resource["Properties"].get(protection):
        text = f"{logical_id} is protected and not retained, so a deletion of the stack fails: set DeletionPolicy"
        return Finding("fault", "order of deletion", text)
    if protection:
        text = f"{logical_id} is deleted with its data: set DeletionPolicy, if it must remain"
        return Finding("warning", "order of deletion", text)
    text = f"{logical_id} is not retained, so a deletion of the stack fails while it has objects: set DeletionPolicy"
    return Finding("fault", "order of deletion", text)
