"""template.yaml as data: its tables, functions, routes and roles, for every test that needs infrastructure."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


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


@cache
def template() -> dict[str, Any]:
    return parse((ROOT / "template.yaml").read_text())


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
