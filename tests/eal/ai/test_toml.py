"""Tables next to their readers: the layer has them as JSON."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from eal.ai import toml
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SHARED = ROOT / "layers" / "shared"
TABLES = sorted((SHARED / "eal").rglob("*.toml"))


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the TOML files of `eal`, after the build's step."""
    folder = tmp_path_factory.mktemp("layer")
    for path in TABLES:
        copy = folder / path.relative_to(SHARED)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    command = [sys.executable, "-B", "-m", "eal_build.store_toml", str(folder)]
    subprocess.run(command, env={"PYTHONPATH": str(SHARED)}, check=True)  # noqa: S603
    return folder


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_is_the_same_in_the_layer(layer: Path, path: Path) -> None:
    copy = layer / path.relative_to(SHARED)

    assert not copy.exists()
    assert toml.load(copy) == toml.load(path)


def test_the_layer_reads_no_toml(layer: Path) -> None:
    """The module tomllib costs more than all tables."""
    program = (
        "import sys; from pathlib import Path; from eal.ai import toml; "
        f"toml.load(Path({str(layer / TABLES[0].relative_to(SHARED))!r})); print('tomllib' in sys.modules)"
    )
    command = [sys.executable, "-B", "-c", program]
    done = subprocess.run(  # noqa: S603
        command, env={"PYTHONPATH": str(SHARED)}, check=True, capture_output=True, text=True
    )

    assert done.stdout.strip() == "False"
