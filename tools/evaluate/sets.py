"""The labelled sets: tools/evaluate/sets/<task>/<author>.jsonl, one item a line.

An item of ours has `id`, `author`, `style`, `kind`, `split`, `labels` and `text`. Nothing is trained on the split
`fresh`. An item of another file has the input of its task under the names of the API, and optionally labels next to
them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

type Json = dict[str, Any]
"""A JSON object of any task."""

SETS = Path(__file__).with_name("sets")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a set."""

    id: str
    content: Json

    @property
    def author(self) -> str:
        return str(self.content.get("author", ""))

    @property
    def kind(self) -> str:
        return str(self.content.get("kind", ""))

    @property
    def labels(self) -> Mapping[str, Any]:
        """The labels, which are in `labels`, or next to the input."""
        return self.content.get("labels") or self.content


def read_file(path: Path) -> list[Item]:
    """The items of a JSON Lines file. Raises: ValueError if a line is no object with an id."""
    items: list[Item] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        content = json.loads(line)
        if not isinstance(content, dict) or "id" not in content:
            raise ValueError(f"{path}:{number}: not an object with an id")
        items.append(Item(str(content["id"]), content))
    return items


def paths(task: str) -> list[Path]:
    return sorted((SETS / task).glob("*.jsonl"))


def read_sets(task: str, split: str) -> list[Item]:
    """The items of a task's sets in one split, or in `all`; by author, then in the order of the file."""
    items = [item for path in paths(task) for item in read_file(path)]
    return [item for item in items if split in ("all", item.content["split"])]


def sha256(items: Iterable[Item]) -> str:
    """The hash of the items' content, by which heads name what they were trained on."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(json.dumps(item.content, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
