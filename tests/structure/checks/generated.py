"""Documents: the parts that `python -m tools.documents` generates are current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.documents import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project


def faults(project: Project) -> Iterator[str]:
    for document, part in blocks.stale(project.root):
        yield f"{document}: its part {part} is out of date: run python -m tools.documents --write"
