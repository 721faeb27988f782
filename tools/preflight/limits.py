"""Limits of CloudFormation, Lambda, IAM and API Gateway, compared with what a deployment would create.

The numbers are AWS's defaults: "AWS CloudFormation quotas", "IAM and AWS STS quotas", "Lambda quotas", and "Amazon API
Gateway quotas" in the guides of the services.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from tools.fixtures.template import ROOT
from tools.preflight.finding import Finding, compared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tools.preflight.deployment import Deployment, Stack

MAX_RESOURCES = 500
MAX_TEMPLATE_BYTES = 1_000_000
"""CloudFormation's limit for a template in S3, to which `sam deploy` uploads it. It also holds after transforms."""
MAX_TEMPLATE_BYTES_WITHOUT_S3 = 51_200
MAX_PARAMETERS = 200
MAX_OUTPUTS = 200
MAX_INLINE_POLICY_CHARACTERS = 10_240
"""IAM's limit for all inline policies of a role together. White space does not count."""
MAX_TRUST_POLICY_CHARACTERS = 2_048
MAX_MANAGED_POLICIES = 10
MAX_ROLES = 1_000
MAX_PATH_PARTS = 300
"""API Gateway's quota "Resources per API": /v1/leads/{lead_id} has the parts /v1, /v1/leads and itself."""
MAX_RULES_OF_A_BUS = 300
MAX_LAYERS = 5
MAX_UNZIPPED_MIB = 250
MAX_ENVIRONMENT_BYTES = 4_096
MIN_UNRESERVED_EXECUTIONS = 100
"""The executions that Lambda keeps for functions without a reservation. It rejects a reservation that leaves fewer."""
BUILDS = (ROOT / ".aws-sam" / "build", ROOT / ".local" / "build")
"""The folders of `sam build` and of the local stack's build. The first that exists is measured."""


def findings(
    deployment: Deployment,
    *,
    concurrency: int = 1_000,
    reserved_elsewhere: int = 0,
    built: Path | None = None,
) -> Iterator[Finding]:
    """`concurrency` is the account's quota of concurrent executions, of which other functions have reserved some."""
    for stack in deployment:
        yield from _template(stack)
    yield from _roles(deployment)
    yield from _gateway(deployment)
    yield from _functions(
        deployment, built or next((folder for folder in BUILDS if folder.exists()), BUILDS[0])
    )
    yield _executions(deployment, concurrency, reserved_elsewhere)


def _template(stack: Stack) -> Iterator[Finding]:
    template, path = stack.template, stack.path
    size = len(json.dumps(template))
    move = "move a part of it to a nested application, as the workers are"
    yield compared(path, len(template["Resources"]), MAX_RESOURCES, "resources", move)
    yield compared(path, size, MAX_TEMPLATE_BYTES, "bytes", move)
    if size > MAX_TEMPLATE_BYTES_WITHOUT_S3:
        yield Finding(
            "ok", path, "needs a bucket for the deployment, which resolve_s3 in samconfig.toml creates"
        )
    fewer = "pass fewer values, or move a part to another nested application"
    yield compared(path, len(template.get("Parameters", {})), MAX_PARAMETERS, "parameters", fewer)
    yield compared(path, len(template.get("Outputs", {})), MAX_OUTPUTS, "outputs", "remove outputs")


def _roles(deployment: Deployment) -> Iterator[Finding]:
    roles = deployment.of_type("AWS::IAM::Role")
    split = "divide its functions between two roles, or name fewer resources"
    sizes = {name: sum(map(_characters, _inline(role))) for name, role in roles.items()}
    yield _largest("inline policies", sizes, MAX_INLINE_POLICY_CHARACTERS, "characters", split)
    sizes = {name: _characters(role["AssumeRolePolicyDocument"]) for name, role in roles.items()}
    yield _largest(
        "trust policies", sizes, MAX_TRUST_POLICY_CHARACTERS, "characters", "name fewer principals"
    )
    sizes = {name: len(role.get("ManagedPolicyArns", [])) for name, role in roles.items()}
    yield _largest(
        "managed policies", sizes, MAX_MANAGED_POLICIES, "policies", "write them as inline statements"
    )
    raised = "ask Service Quotas for more roles of the account (IAM, L-FE177D64)"
    yield compared("roles", len(roles), MAX_ROLES, "roles of the account", raised)


def _inline(role: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [policy["PolicyDocument"] for policy in role.get("Policies", [])]


def _characters(document: object) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def _largest(subject: str, sizes: Mapping[str, int], limit: int, unit: str, advice: str) -> Finding:
    name = max(sizes, key=lambda name: sizes[name])
    return compared(f"{subject} ({name} has most)", sizes[name], limit, unit, advice)


def _gateway(deployment: Deployment) -> Iterator[Finding]:
    for name, api in deployment.of_type("AWS::ApiGateway::RestApi").items():
        paths = api.get("Body", {}).get("paths", {})
        parts = {path.rsplit("/", cut)[0] for path in paths for cut in range(path.count("/"))}
        raised = "ask Service Quotas for more resources per API (API Gateway, L-01C8A9E0)"
        yield compared(f"paths of {name}", len(parts), MAX_PATH_PARTS, "parts of paths", raised)
    rules: dict[str, int] = {}
    for rule in deployment.of_type("AWS::Events::Rule").values():
        bus = rule.get("EventBusName", "default")
        rules[bus] = rules.get(bus, 0) + 1
    if rules:
        raised = "ask Service Quotas for more rules (EventBridge, L-244521F2)"
        yield _largest("rules of a bus", rules, MAX_RULES_OF_A_BUS, "rules", raised)


def _functions(deployment: Deployment, built: Path) -> Iterator[Finding]:
    functions = deployment.of_type("AWS::Lambda::Function")
    sizes = {name: len(function.get("Layers", [])) for name, function in functions.items()}
    yield _largest("layers of a function", sizes, MAX_LAYERS, "layers", "put two layers into one")
    sizes = {name: _environment_bytes(function) for name, function in functions.items()}
    shorter = "pass fewer or shorter values"
    yield _largest("environment of a function", sizes, MAX_ENVIRONMENT_BYTES, "bytes", shorter)
    yield _unzipped(deployment, functions, built)


def _environment_bytes(function: Mapping[str, Any]) -> int:
    variables = function.get("Environment", {}).get("Variables", {})
    return len(json.dumps({name: str(value) for name, value in variables.items()}).encode())


def _unzipped(deployment: Deployment, functions: Mapping[str, dict[str, Any]], built: Path) -> Finding:
    """The folders of a build, whose names are logical ids. Those of a nested template are below its own."""
    folders = {path.name: path for path in (*built.glob("*/*"), *built.glob("*")) if path.is_dir()}
    layers = {
        stack.evaluator.value({"Ref": logical_id}): stack.resources[logical_id]
        for stack in deployment
        for logical_id in stack.of_type("AWS::Lambda::LayerVersion")
    }
    subject, measured, sizes = "function with its layers", cache(_mebibytes), {}
    for name, function in functions.items():
        parts = [name, *(layers[layer]["Properties"]["LayerName"] for layer in function.get("Layers", []))]
        if missing := [part for part in parts if part not in folders]:
            text = f"{missing[0]} is not built: run sam build, then this command again"
            return Finding("warning", subject, text)
        sizes[name] = sum(measured(folders[part]) for part in parts)
    return _largest(
        subject, sizes, MAX_UNZIPPED_MIB, "MiB", "move a package to a layer that fewer functions have"
    )


def _mebibytes(folder: Path) -> int:
    return -(-sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 2**20)


def _executions(deployment: Deployment, concurrency: int, reserved_elsewhere: int) -> Finding:
    functions = deployment.of_type("AWS::Lambda::Function").values()
    reserved = sum(int(function.get("ReservedConcurrentExecutions", 0)) for function in functions)
    needed = reserved + reserved_elsewhere + MIN_UNRESERVED_EXECUTIONS
    subject = (
        f"concurrent executions ({reserved} reserved here, {reserved_elsewhere} by other functions, and "
        f"{MIN_UNRESERVED_EXECUTIONS} for all without a reservation)"
    )
    advice = (
        f"ask Service Quotas for {max(needed, 1_000):,} (Lambda, L-B99A9384), which takes up to some days, or deploy "
        "to an account or Region of its own"
    )
    if reserved and reserved_elsewhere + MIN_UNRESERVED_EXECUTIONS <= concurrency:
        advice += (
            "; ReserveConcurrency=off fits, but then no function is protected from the load of another one"
        )
    return compared(subject, needed, concurrency, "executions", advice)
