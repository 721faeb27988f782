"""Evaluate an AI task on a labelled set.

python -m tools.evaluate TASK                         the fresh parts of tools/evaluate/sets/TASK
python -m tools.evaluate TASK --split train           the parts that the engine was trained on
python -m tools.evaluate TASK --set FILE              any JSON Lines file; labels are optional
python -m tools.evaluate TASK --answers FILE          also write {"id", "answer"} for each item

Everything but the latency is the same in every run.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

ROOT = Path(__file__).resolve().parents[2]
for folder in ("shared", "models"):
    sys.path.insert(0, str(ROOT / "layers" / folder))

from tools.evaluate import tasks  # noqa: E402 - after the path of eal
from tools.evaluate.sets import Item, Json, read_file, read_sets  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Task(Protocol):
    """A module in tools/evaluate/tasks."""

    ENGINES: Mapping[str, Callable[[], Callable[[Item], Json]]]
    """Engines by name, the default first: each prepares the engine, and returns the function that answers one item."""

    @staticmethod
    def report(items: Sequence[Item], answers: Sequence[Json]) -> Iterator[str]:
        """Lines about the items with labels."""


def main() -> int:
    names = sorted(module.name for module in pkgutil.iter_modules(tasks.__path__))
    parser = argparse.ArgumentParser(
        prog="python -m tools.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=names)
    parser.add_argument("--engine", help="the first of the task's engines by default")
    parser.add_argument(
        "--set", type=Path, metavar="FILE", help="a JSON Lines file instead of the task's sets"
    )
    parser.add_argument(
        "--split", choices=("fresh", "train", "all"), default="fresh", help="of the task's sets"
    )
    parser.add_argument("--author", help="only this author's items")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="write the answers to this file")
    arguments = parser.parse_args()
    task = cast("Task", importlib.import_module(f"tools.evaluate.tasks.{arguments.task}"))
    engine = arguments.engine or next(iter(task.ENGINES))
    if engine not in task.ENGINES:
        parser.error(f"{arguments.task} has no engine {engine}: its engines are {', '.join(task.ENGINES)}")
    items = read_file(arguments.set) if arguments.set else read_sets(arguments.task, arguments.split)
    items = [item for item in items if arguments.author in (None, item.author)]
    if not items:
        parser.error("the set is empty")
    answers, milliseconds = answered(task.ENGINES[engine](), items)
    if arguments.answers:
        with arguments.answers.open("w", encoding="utf-8") as file:
            for item, answer in zip(items, answers, strict=True):
                file.write(json.dumps({"id": item.id, "answer": answer}, ensure_ascii=False) + "\n")
    print(f"{arguments.task}: {len(items)} items, engine {engine}")
    for line in task.report(items, answers):
        print(line)
    print(latency(milliseconds))
    return 0


def answered(answer: Callable[[Item], Json], items: Sequence[Item]) -> tuple[list[Json], list[float]]:
    """The answers, and the time that each took in milliseconds."""
    answers: list[Json] = []
    milliseconds: list[float] = []
    for item in items:
        started = time.perf_counter()
        answers.append(answer(item))
        milliseconds.append((time.perf_counter() - started) * 1000)
    return answers, milliseconds


def latency(milliseconds: Sequence[float]) -> str:
    ordered = sorted(milliseconds)
    median, p90 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.9))
    return f"latency: median {median:.0f} ms, p90 {p90:.0f} ms, longest {ordered[-1]:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
