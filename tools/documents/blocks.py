"""The generated parts of documents. Each stands between `<!-- generated: name -->` and `<!-- end -->`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.documents.figures import FIGURES
from tools.documents.workers import worker_map

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCKS = {**FIGURES, "worker-map": worker_map}
"""The text of each part, from the root of the tree. A text of several lines stands on lines of its own."""

_BLOCK = re.compile(r"<!-- generated: ([\w-]+) -->.*?<!-- end -->", re.S)


def renewed(root: Path) -> dict[str, str]:
    """Each document that has generated parts, with their present text: path from the root to text.

    Raises: KeyError for a part that nothing generates.
    """
    return {
        name: _BLOCK.sub(lambda block: _block(block[1], root), text)
        for name, text in _documents(root).items()
    }


def stale(root: Path) -> Iterator[tuple[str, str]]:
    """The document and the name of each part that is out of date."""
    for name, text in _documents(root).items():
        for block in _BLOCK.finditer(text):
            if block[0] != _block(block[1], root):
                yield name, block[1]


def _documents(root: Path) -> dict[str, str]:
    texts = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((*root.glob("*.md"), *root.glob("docs/*.md")))
    }
    return {name: text for name, text in texts.items() if _BLOCK.search(text)}


def _block(name: str, root: Path) -> str:
    text = BLOCKS[name](root)
    return f"<!-- generated: {name} -->{f'\n\n{text}\n\n' if '\n' in text else text}<!-- end -->"
