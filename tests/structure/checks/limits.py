"""CloudFormation's limits, measured on the template as SAM expands it, offline."""

from __future__ import annotations

import copy
import json
import os
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

MAX_RESOURCES = 450
MAX_TEMPLATE_BYTES = 800_000
MAX_LAYER_SOURCE_BYTES = 5_000_000


def expanded(project: Project) -> dict[str, Any]:
    """The template after SAM's transform, without asking AWS anything."""
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    template = copy.deepcopy(project.template)
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    defaults = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
    with patch.dict(os.environ, {"AWS_DEFAULT_REGION": "us-east-1"}):
        result: dict[str, Any] = Translator({}, Parser()).translate(template, defaults)
    return result


def faults(template: dict[str, Any]) -> Iterator[str]:
    """`template` is an expanded one."""
    count, size = len(template["Resources"]), len(json.dumps(template))
    figures = f"it is {count} resources and {size} bytes now"
    way_out = "move the workers to a nested application (docs/decisions/0004)"
    if count > MAX_RESOURCES:
        yield f"template.yaml expands to more than {MAX_RESOURCES} resources ({figures}): {way_out}"
    if size > MAX_TEMPLATE_BYTES:
        yield f"template.yaml expands to more than {MAX_TEMPLATE_BYTES} bytes ({figures}): {way_out}"
