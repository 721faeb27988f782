"""CloudFormation's limits, measured on each template as SAM expands it, offline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RESOURCES = 500
"""CloudFormation's quota "Resources" of a stack."""
MIN_FREE_RESOURCES = 100
"""Enough to finish what is under way while the stack is divided."""
MAX_TEMPLATE_BYTES = 1_000_000
"""CloudFormation's quota "Template body size in an Amazon S3 object", which also holds after the transforms."""
MIN_FREE_BYTES = 200_000


def measured(template: dict[str, Any]) -> tuple[int, int]:
    """Resources and bytes of an expanded template."""
    return len(template["Resources"]), len(json.dumps(template))


def faults(path: str, template: dict[str, Any]) -> Iterator[str]:
    """`template` is the result of `expanded`."""
    resources, size = measured(template)
    advice = "move a part of it to a nested application, as the workers are"
    if MAX_RESOURCES - resources < MIN_FREE_RESOURCES:
        yield (
            f"{path} expands to {resources} of CloudFormation's {MAX_RESOURCES} resources, and {MIN_FREE_RESOURCES} "
            f"must be free: {advice}"
        )
    if MAX_TEMPLATE_BYTES - size < MIN_FREE_BYTES:
        yield (
            f"{path} expands to {size} of CloudFormation's {MAX_TEMPLATE_BYTES} bytes, and {MIN_FREE_BYTES} must be "
            f"free: {advice}"
        )
