"""The REST API: its generated definition has the routes of the template, and one role invokes their functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.structure.checks.grants import GATEWAY_ROLE, statements
from tools.fixtures.template import GATEWAY, MAIN, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

MAX_PATH_PARTS = 300
"""API Gateway's quota "Resources per API", which AWS raises on request: /v1/leads/{lead_id} has the parts /v1,
/v1/leads and itself."""
FUNCTIONS = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-*"
_WRITE = "run python -m tools.openapi --write"


def faults(project: Project) -> Iterator[str]:
    definition = json.loads((project.root / GATEWAY).read_text())
    yield from _functions(project)
    yield from _routes(project, definition)
    yield from _path_parts(definition)
    yield from _role(project)
    (api,) = project.resources("AWS::Serverless::Api").values()
    if "OpenApiVersion" not in api:
        yield f"{MAIN}: set OpenApiVersion of the API, otherwise SAM adds a second stage, which has no limits"


def _functions(project: Project) -> Iterator[str]:
    for path, template in project.templates.items():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] != "AWS::Serverless::Function":
                continue
            if any(event["Type"] == "Api" for event in resource["Properties"].get("Events", {}).values()):
                yield f"{path}: {logical_id} has an Api event, which costs a permission: write its route in Metadata"
            if path == MAIN and logical_id not in project.routes:
                yield (
                    f"{path}: write the routes of {logical_id} in its Metadata, or move it to a nested template: "
                    f"{GATEWAY_ROLE} may invoke every function of this one"
                )
            if path != MAIN and logical_id in project.routes:
                yield f"{path}: move {logical_id} to {MAIN}, because {GATEWAY_ROLE} may invoke functions only there"


def _routes(project: Project, definition: dict[str, Any]) -> Iterator[str]:
    defined = {
        Route("ANY" if key == "x-amazon-apigateway-any-method" else key.upper(), path): operation
        for path, item in definition["paths"].items()
        for key, operation in item.items()
    }
    expected = {route: logical_id for logical_id, routes in project.routes.items() for route in routes}
    for route in sorted(expected.keys() - defined.keys()):
        yield f"{GATEWAY} lacks {' '.join(route)}: {_WRITE}"
    for route in sorted(defined.keys() - expected.keys()):
        yield f"{GATEWAY} has {' '.join(route)}, which is no route of {MAIN}: {_WRITE}"
    for route in sorted(defined.keys() & expected.keys()):
        integration = defined[route]["x-amazon-apigateway-integration"]
        if f"/${{{expected[route]}.Arn}}/" not in integration["uri"]["Fn::Sub"]:
            yield f"{GATEWAY} does not route {' '.join(route)} to {expected[route]}: {_WRITE}"
        if integration.get("credentials") != {"Fn::GetAtt": [GATEWAY_ROLE, "Arn"]}:
            yield f"{GATEWAY}: {' '.join(route)} needs the credentials of {GATEWAY_ROLE}, because it has no permission"


def _path_parts(definition: dict[str, Any]) -> Iterator[str]:
    parts = {path.rsplit("/", cut)[0] for path in definition["paths"] for cut in range(path.count("/"))}
    if len(parts) > MAX_PATH_PARTS:
        yield f"{GATEWAY} has {len(parts)} parts of paths: ask AWS to raise the quota of {MAX_PATH_PARTS} first"


def _role(project: Project) -> Iterator[str]:
    """The name excludes functions of other stacks that have the tag, and the tag those of nested stacks."""
    tags = project.templates[MAIN]["Globals"]["Function"].get("Tags", {})
    expected = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": {"Fn::Sub": FUNCTIONS},
        "Condition": {"StringEquals": {f"aws:ResourceTag/{name}": value for name, value in tags.items()}},
    }
    if not tags or statements(project, GATEWAY_ROLE) != [expected]:
        yield f"{GATEWAY_ROLE} must allow lambda:InvokeFunction on {FUNCTIONS} with the tag of Globals, and no more"
    trust = project.resources("AWS::IAM::Role").get(GATEWAY_ROLE, {}).get("AssumeRolePolicyDocument", {})
    if [statement["Principal"] for statement in trust.get("Statement", [])] != [
        {"Service": "apigateway.amazonaws.com"}
    ]:
        yield f"{GATEWAY_ROLE} must trust apigateway.amazonaws.com, and nobody else"
    for path, template in project.templates.items():
        others = template.get("Globals", {}).get("Function", {}).get("Tags", {}) if path != MAIN else {}
        if tags.keys() & others.keys():
            yield f"{path}: remove the tag {', '.join(tags)} from Globals: {GATEWAY_ROLE} may invoke what has it"
