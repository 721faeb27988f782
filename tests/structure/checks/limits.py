"""CloudFormation's limits, measured on each template as SAM expands it, offline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RESOURCES = 480
MAX_TEMPLATE_BYTES = 800_000


def measured(template: dict[str, Any]) -> tuple[int, int]:
    """Resources and bytes of an expanded template."""
    return len(template["Resources"]), len(json.dumps(template))


def faults(path: str, template: dict[str, Any]) -> Iterator[str]:
    """`template` is the result of `expanded`."""
    count, size = measured(template)
    figures = f"it has {count} resources and {size} bytes"
    advice = "move a part of it to a nested application, as the workers are"
    if count > MAX_RESOURCES:
        yield f"{path} expands to more than {MAX_RESOURCES} resources ({figures}): {advice}"
    if size > MAX_TEMPLATE_BYTES:
        yield f"{path} expands to more than {MAX_TEMPLATE_BYTES} bytes ({figures}): {advice}"
