"""Tables of words and texts next to their readers: TOML in the repository, JSON in the layer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def load(path: Path) -> dict[str, Any]:
    """The content of a TOML file; the reader of a file knows its types.

    The layer's build stores it as JSON (`eal_build.store_toml`), because tomllib is slow to import and to run.
    """
    stored = path.with_suffix(".json")
    if stored.exists():
        content: dict[str, Any] = json.loads(stored.read_bytes())
        return content
    import tomllib

    return tomllib.loads(path.read_text(encoding="utf-8"))
