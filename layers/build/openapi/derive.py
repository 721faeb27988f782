"""Derive files from the OpenAPI document (docs/decisions/0085-derived-files.md). Uses the standard library only.

Usage: python3.13 -m layers.build.openapi.derive FOLDER, which contains eal or eal_dashboard. A step of layers/build.
make and pytest derive the files of the source tree, too.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from layers.build.openapi.event_types import event_types
from layers.build.openapi.operations import operations
from layers.build.openapi.reference import reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.build.openapi import Node

LAYERS = Path(__file__).resolve().parents[2]
DOCUMENT = LAYERS / "shared" / "eal" / "entry" / "http" / "openapi.json"


def methods(document: Node) -> dict[str, list[str]]:
    """The methods of each path, which decide between 404 and 405."""
    return {path: sorted(method.upper() for method in item) for path, item in document["paths"].items()}


DERIVED: dict[str, Callable[[Node], Node]] = {
    "eal/entry/http/routes.json": methods,
    "eal/core/events/event_types.json": event_types,
    "eal_dashboard/operations.json": operations,
    "eal_dashboard/reference.json": reference,
}
"""Paths in /opt/python."""


def derive(*folders: Path) -> None:
    """Write the files of the packages that the folders contain."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    for folder in folders:
        for name, content_of in DERIVED.items():
            if (folder / name).parent.is_dir():
                content = content_of(document)
                _write(
                    folder / name,
                    json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
                )


def derive_sources() -> None:
    """Write the files next to their readers in the source tree."""
    derive(LAYERS / "shared", LAYERS / "dashboard")


def _write(path: Path, text: str) -> None:
    """Replace a file that differs, at once, because another process may be reading it."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    new = path.with_name(f"{path.name}.{os.getpid()}.part")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


if __name__ == "__main__":
    derive(Path(sys.argv[1]))
