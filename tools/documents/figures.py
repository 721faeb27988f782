"""The figures of the documents that follow from the tree."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from layers.models.encoders import ENCODERS
from tools.documents.tables import table
from tools.fixtures.template import expanded, joined, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MONTH_SECONDS = 30 * 24 * 3600
SNAPSHOT = 0.0000015046
"""Dollars per GB-second of a cached snapshot of SnapStart (aws.amazon.com/lambda/pricing, US East)."""
PROVISIONED = 0.0000041667
"""Dollars per GB-second of provisioned concurrency on x86_64 (the same page)."""
DOCUMENT = "layers/shared/eal/entry/http/openapi.json"
PARTS = {
    "layers/shared/eal": "the package",
    "functions": "the functions",
    "layers/dashboard": "the dashboard",
    "tools": "tools",
    "tests": "tests",
}
"""The parts whose lines of Python are counted."""
_TEST = re.compile(r"^ *def test_", re.M)


def stacks(root: Path) -> str:
    """Resources and sizes after CloudFormation's include and SAM's transform. Sizes are rounded up to 10 KB."""
    rows = []
    for path, template in read(root).items():
        result = expanded(template, root)
        size = math.ceil(len(json.dumps(result)) / 10_000) * 10
        rows.append((f"`{path}`", str(len(result["Resources"])), f"{size} KB"))
    return table(("template", "resources", "size, at most"), rows)


def counts(root: Path) -> str:
    functions = _functions(root)
    folders = [str(each["CodeUri"]).removeprefix("functions/") for each in functions]
    operations = sum(map(len, json.loads((root / DOCUMENT).read_text())["paths"].values()))
    queues = _resources(root, "AWS::SQS::Queue")
    events = (root / "layers/shared/eal/core/events/catalogue.py").read_text()
    return table(
        ("what", "number"),
        [
            ("Lambda functions", str(len(functions))),
            ("operations of the API", str(operations)),
            ("workers", str(sum(folder.startswith("workers/") for folder in folders))),
            ("receivers of vendors' webhooks", str(sum(folder.startswith("inbound/") for folder in folders))),
            ("queues, each with a dead-letter queue", str(sum(not name.endswith("Dead") for name in queues))),
            ("types of events", str(len(re.findall(r'^    "[\w.]+": ', events, re.M)))),
        ],
    )


def lines(root: Path) -> str:
    """Lines of Python and tests, rounded so that few changes alter them."""
    rows = []
    for folder, part in PARTS.items():
        texts = [path.read_text(encoding="utf-8") for path in (root / folder).rglob("*.py")]
        rows.append((part, f"`{folder}`", f"{sum(text.count('\n') for text in texts) / 1000:.0f} thousand"))
    tests = sum(
        len(_TEST.findall(path.read_text(encoding="utf-8"))) for path in (root / "tests").rglob("test_*.py")
    )
    rows.append(("test functions", "`tests`", f"{tests / 1000:.1f} thousand"))
    return table(("part", "folder", "number"), rows)


def download(_root: Path) -> str:
    """Size of the weights of all models, in MB."""
    return str(sum(source.megabytes for source in ENCODERS.values()))


def functions(root: Path) -> str:
    return str(len(_memory(root)))


def functions_of_512(root: Path) -> str:
    return str(_memory(root).count(512))


def memory(root: Path) -> str:
    """Memory of all functions together, in GB."""
    return f"{sum(_memory(root)) / 1024:.0f}"


def snapshots(root: Path) -> str:
    return _dollars(root, SNAPSHOT)


def provisioned(root: Path) -> str:
    return _dollars(root, PROVISIONED)


def _dollars(root: Path, price: float) -> str:
    """Price of one environment of each function for a month."""
    return f"${price * sum(_memory(root)) / 1024 * MONTH_SECONDS:,.0f}"


def _memory(root: Path) -> list[int]:
    default = _template(root)["Globals"]["Function"]["MemorySize"]
    return [each.get("MemorySize", default) for each in _functions(root)]


@cache
def _template(root: Path) -> dict[str, Any]:
    return joined(read(root))


def _resources(root: Path, kind: str) -> dict[str, Any]:
    return {
        name: resource.get("Properties", {})
        for name, resource in _template(root)["Resources"].items()
        if resource["Type"] == kind
    }


def _functions(root: Path) -> list[dict[str, Any]]:
    return list(_resources(root, "AWS::Serverless::Function").values())


FIGURES: dict[str, Callable[[Path], str]] = {
    "stacks": stacks,
    "counts": counts,
    "lines": lines,
    "download": download,
    "functions": functions,
    "functions-of-512": functions_of_512,
    "memory": memory,
    "snapshots": snapshots,
    "provisioned": provisioned,
}
