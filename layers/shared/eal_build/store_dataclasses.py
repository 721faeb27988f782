"""Store the bytecode of the methods of eal's dataclasses for `eal.core.stored_dataclasses`, a file for each module.

Usage: python3.13 -m eal_build.store_dataclasses FOLDER, which contains `eal` and gets `eal_dataclasses`. A step of
layers/build.
"""

import builtins
import dataclasses
import pkgutil
import sys
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any


def texts() -> dict[str, set[str]]:
    """Source texts that `dataclasses` executes, by module of eal. Call it before anything else has imported eal."""
    found: dict[str, set[str]] = defaultdict(set)

    def record(text: str, module: dict[str, Any], names: dict[str, Any]) -> None:
        found[module["__name__"]].add(text)
        builtins.exec(text, module, names)  # noqa: S102 - as `dataclasses` does

    setattr(dataclasses, "exec", record)  # noqa: B010 - it has none of its own, so mypy knows of none
    for module in pkgutil.walk_packages(import_module("eal").__path__, "eal."):
        import_module(module.name)
    return {name: of_module for name, of_module in found.items() if name.startswith("eal.")}


def store(folder: Path) -> None:
    sys.path.insert(0, str(folder))
    found = texts()
    stored = import_module("eal.core.stored_dataclasses")
    target = folder / stored.FOLDER
    target.mkdir()
    for name, of_module in found.items():
        (target / name).write_bytes(stored.dump(of_module))


if __name__ == "__main__":
    store(Path(sys.argv[1]).resolve())
