"""Each stack stays within CloudFormation's limits, now and with the planned endpoints and workers."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.structure.checks import limits
from tests.structure.project import HERE, report
from tools.fixtures.template import MAIN, WORKERS, expanded

PLANNED_ENDPOINTS, PLANNED_WORKERS = 6, 6


def test_each_stack_is_within_the_limits() -> None:
    for path, template in HERE.templates.items():
        report(limits.faults(path, _expanded(path, template, "now")))


def test_each_stack_is_within_the_limits_with_the_planned_endpoints_and_workers() -> None:
    templates = copy.deepcopy(HERE.templates)
    worker = {
        name for name in templates[WORKERS]["Resources"] if "ClassifyQueue" in name or "ClassifyCall" in name
    }
    for number in range(PLANNED_ENDPOINTS):
        templates[MAIN]["Resources"] |= _copied(
            MAIN, {"LeadsGet"}, ("/leads/", f"/planned-{number}/"), number
        )
    for number in range(PLANNED_WORKERS):
        templates[WORKERS]["Resources"] |= _copied(WORKERS, worker, ("classify_call", "planned"), number)

    for path, template in templates.items():
        when = f"with {PLANNED_ENDPOINTS} endpoints and {PLANNED_WORKERS} workers more"
        report(limits.faults(path, _expanded(path, template, when)))


def _expanded(path: str, template: dict[str, Any], when: str) -> dict[str, Any]:
    """The template after SAM's transform; `pytest -s` shows its size."""
    result = expanded(template)
    resources, size = limits.measured(result)
    print(f"{path} {when}: {resources} of {limits.MAX_RESOURCES} resources, {size:,} bytes")
    return result


def _copied(path: str, names: set[str], renamed: tuple[str, str], number: int) -> dict[str, Any]:
    """A copy of these resources under other names, as for another endpoint or worker."""
    text = json.dumps({name: HERE.templates[path]["Resources"][name] for name in names})
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(f'"{name}', f'"Planned{number}{name}')
    copies: dict[str, Any] = json.loads(text.replace(*renamed))
    return copies
