"""The map of the asynchronous work: from each event and task to its queue and its worker."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.documents.tables import table
from tools.fixtures.template import joined, read

if TYPE_CHECKING:
    from pathlib import Path

WORKERS = "functions/workers/"


class Input(NamedTuple):
    """An input of a worker, and its source."""

    what: str
    source: str


def worker_map(root: Path) -> str:
    """A row for each input of each worker, in the order of the template."""
    resources = joined(read(root))["Resources"]
    inputs = _queue_inputs(root, resources)
    rows = []
    for worker, properties in _workers(resources).items():
        for event in properties["Events"].values():
            match event["Type"]:
                case "SQS":
                    queue = _referred(event["Properties"]["Queue"])
                    own = f"`{worker}`"
                    rows += [
                        (what, source, f"`{queue}`", own)
                        for what, source in dict.fromkeys(inputs[queue])
                        if source != own
                    ]
                case "Schedule":
                    rate = re.sub(r"rate\((?:1 )?(.+)\)", r"every \1", event["Properties"]["Schedule"])
                    rows.append((rate, "schedule", "", f"`{worker}`"))
                case _:
                    rows.append(("items of the outbox", "stream of `StateTable`", "", f"`{worker}`"))
    return table(("input", "from", "queue", "worker"), rows)


def _workers(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each worker, by its folder."""
    functions = (
        each["Properties"] for each in resources.values() if each["Type"] == "AWS::Serverless::Function"
    )
    return {
        properties["CodeUri"].removeprefix(WORKERS): properties
        for properties in functions
        if properties["CodeUri"].startswith(WORKERS)
    }


def _queue_inputs(root: Path, resources: dict[str, Any]) -> dict[str, list[Input]]:
    found: dict[str, list[Input]] = defaultdict(list)
    tasks, events = _modules_by_argument(root, "enqueue_task"), _modules_by_argument(root, "emit")
    for logical_id, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Events::Rule":
            pattern = properties["EventPattern"]
            names = pattern.get("detail-type")
            for target in properties["Targets"]:
                found[_referred(target["Arn"])] += (
                    [
                        Input(f"task `{name}`", tasks[name])
                        if name in tasks
                        else Input(f"event `{name}`{_condition(pattern)}", events[name])
                        for name in names
                    ]
                    if names
                    else [Input("every event", "`relay_outbox`")]
                )
        elif resource["Type"] == "AWS::S3::Bucket":
            for notified in properties.get("NotificationConfiguration", {}).get("QueueConfigurations", []):
                (rule,) = notified["Filter"]["S3Key"]["Rules"]
                name = f"{rule['Value']}…" if rule["Name"] == "prefix" else f"…{rule['Value']}"
                found[_referred(notified["Queue"])].append(Input(f"object `{name}`", f"`{logical_id}`"))
    for worker, properties in _workers(resources).items():
        for value in properties.get("Environment", {}).get("Variables", {}).values():
            if (queue := _referred(value)) in resources and queue.endswith("Queue"):
                found[queue].append(Input("message", f"`{worker}`"))
    return found


def _modules_by_argument(root: Path, method: str) -> dict[str, str]:
    """The modules of the domain with a call `….method("name", …)`, by the name."""
    package = root / "layers/shared/eal"
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((package / "domain").rglob("*.py")):
        for name in dict.fromkeys(re.findall(rf'\.{method}\(\s*"([\w.]+)"', path.read_text())):
            found[name].append(f"`{path.relative_to(package).as_posix()}`")
    return {name: ", ".join(modules) for name, modules in found.items()}


def _condition(pattern: dict[str, Any]) -> str:
    """The rest of a pattern: ` with classification.qualified = true`."""
    names, value = [], pattern.get("detail", {}).get("data")
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return f" with `{'.'.join(names)}` {str(value[0]).lower()}" if value else ""


def _referred(value: Any) -> str:
    """The logical id in `!Ref X`, `!GetAtt X.Arn` and `!If [condition, !Ref X, …]`; empty for any other value."""
    match value:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": str(name)}:
            return name.partition(".")[0]
        case _:
            return ""
