"""Train the heads of a task: `python -m tools.train [TASK]`, with the packages of tools/train/requirements.txt.

Writes layers/models/eal_models/heads/TASK.npz and, next to it, the report of the authors that were left out. The curve
of extract_claim is a JSON file next to its engine, which does not load NumPy.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # sums in one order only, so that two runs agree
ROOT = Path(__file__).resolve().parents[2]
HEADS = ROOT / "layers" / "models" / "eal_models" / "heads"
FILES = {"extract_claim": ROOT / "layers/shared/eal/ai/engines/embedded/claims/confidence.json"}
"""Files that are not arrays."""
for folder in ("shared", "models"):
    sys.path.insert(0, str(ROOT / "layers" / folder))

from tools.train import arrays, tasks  # noqa: E402 - after the path of eal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Task(Protocol):
    """A module in tools/train/tasks."""

    @staticmethod
    def train() -> tuple[dict[str, NDArray[np.generic]] | bytes, list[str]]:
        """The arrays of the heads, or the content of the task's file; and the lines of the report."""


def main(names: list[str]) -> None:
    # An adapter first: the heads of its task are calibrated beside it.
    every = sorted(
        (module.name for module in pkgutil.iter_modules(tasks.__path__)),
        key=lambda name: (not name.endswith("_adapter"), name),
    )
    for name in names or every:
        task = cast("Task", importlib.import_module(f"tools.train.tasks.{name}"))
        trained, report = task.train()
        HEADS.mkdir(exist_ok=True)
        if isinstance(trained, bytes):
            FILES[name].write_bytes(trained)
        else:
            arrays.write(HEADS / f"{name}.npz", trained)
        (HEADS / f"{name}.txt").write_text("\n".join(report) + "\n")
        print("\n".join([f"{name}:", *report]))


if __name__ == "__main__":
    main(sys.argv[1:])
