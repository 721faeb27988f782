"""Both templates as data: tables, functions, routes and roles, for every test that needs infrastructure."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
MAIN = "template.yaml"
WORKERS = "functions/workers/template.yaml"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms: `!Ref X` becomes {"Ref": "X"}, `!GetAtt A.B` {"Fn::GetAtt": "A.B"}."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # a mapping is what is left
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def parse(text: str) -> dict[str, Any]:
    """A template's text, with short forms written out."""
    loaded: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    return loaded


def joined(main: dict[str, Any], workers: dict[str, Any]) -> dict[str, Any]:
    """One template of the two, as if there were no nested stack.

    The workers' resources stand among the main ones, each of their parameters replaced by the value that `main` passes,
    each CodeUri relative to the root. All other sections are those of `main`.
    """
    passed = main["Resources"]["Workers"]["Properties"]["Parameters"]
    resources = {name: _with_parameters(one, passed) for name, one in workers["Resources"].items()}
    folder = WORKERS.rpartition("/")[0]
    for resource in resources.values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = f"{folder}/{resource['Properties']['CodeUri']}"
    return {**main, "Resources": {**main["Resources"], **resources}}


def _with_parameters(node: Any, passed: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_with_parameters(one, passed) for one in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"Ref"}:
        return passed.get(node["Ref"], node)
    if node.keys() == {"Fn::Sub"} and isinstance(node["Fn::Sub"], str):
        return {
            "Fn::Sub": re.sub(
                r"\$\{(\w+)\}", lambda found: f"${{{_name(passed, found[1])}}}", node["Fn::Sub"]
            )
        }
    return {key: _with_parameters(value, passed) for key, value in node.items()}


def _name(passed: dict[str, Any], parameter: str) -> str:
    """`X` for a parameter that is given `!Ref X`, `X.Arn` for `!GetAtt X.Arn`."""
    (name,) = passed.get(parameter, {"Ref": parameter}).values()
    return str(name)


@cache
def template() -> dict[str, Any]:
    """template.yaml joined with the workers' template."""
    main, workers = (parse((ROOT / name).read_text()) for name in (MAIN, WORKERS))
    return joined(main, workers)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type: logical id to properties."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def functions() -> dict[str, dict[str, Any]]:
    return resources("AWS::Serverless::Function")


def table_arguments(logical_id: str, name: str) -> dict[str, Any]:
    """`create_table`'s arguments for a table of the template."""
    properties = resources("AWS::DynamoDB::Table")[logical_id]
    arguments: dict[str, Any] = {
        member: properties[member]
        for member in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        if member in properties
    }
    if "StreamSpecification" in properties:
        arguments["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    return {"TableName": name, **arguments}


def api_events(properties: dict[str, Any]) -> list[tuple[str, str]]:
    """(method, path) of a function's API events."""
    return [
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api"
    ]
