"""The layers from `sam build`: all run on both of Lambda's architectures, except that NumPy has one for each, and a
function fits with them into Lambda's limit.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tools.fixtures import template
from tools.stack.deploy import BUILD

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.deployed

ELF_MACHINES = {62: "x86_64", 183: "aarch64"}
"""e_machine in an ELF header (System V ABI), to the machine's name in Python's file names."""
MAX_BYTES = 250 * 1024**2
"""Maximum size of a function with its layers, unzipped (Lambda's guide, "Lambda quotas")."""


def test_every_extension_module_exists_for_both_architectures() -> None:
    machines = defaultdict(set)
    for layer in ("DependenciesLayer", "SharedLayer", "ImagesLayer"):
        for path in (BUILD / layer).rglob("*.so*"):
            machine = ELF_MACHINES[int.from_bytes(path.read_bytes()[18:20], "little")]
            if path.parent.name.endswith(".libs"):  # the name has the hash of the content
                machines[path.name.partition("-")[0]].add(machine)
                continue
            module, _, tags = path.name.partition(".")
            assert tags == f"cpython-313-{machine}-linux-gnu.so", path
            machines[module].add(machine)

    assert {"_pydantic_core", "_imaging", "_pillow_heif"} <= set(machines)
    assert all(found == set(ELF_MACHINES.values()) for found in machines.values()), machines


@pytest.mark.parametrize(("layer", "machine"), [("NumpyArm64Layer", 183), ("NumpyX8664Layer", 62)])
def test_numpy_has_a_layer_for_each_architecture(layer: str, machine: int) -> None:
    modules = {path: path.read_bytes()[18:20] for path in (BUILD / layer).rglob("*.so*")}

    assert any(path.name.startswith("_multiarray_umath") for path in modules)
    assert any(path.name.startswith("libscipy_openblas64_") for path in modules)
    assert set(modules.values()) == {machine.to_bytes(2, "little")}


def test_the_shared_layer_has_what_its_build_prepares() -> None:
    layer = BUILD / "SharedLayer" / "python"

    for folder in ("eal_schemas", "eal_dataclasses"):
        assert any(path.name.startswith("eal") for path in (layer / folder).iterdir())


@pytest.mark.parametrize("numpy", ["NumpyArm64Layer", "NumpyX8664Layer"])
def test_a_function_fits_with_its_layers_into_the_limit_of_lambda(numpy: str) -> None:
    folders = [*BUILD.iterdir(), *(BUILD / "Workers").iterdir()]
    sizes = {folder.name: _bytes(folder) for folder in folders if folder.is_dir()}
    totals = {}
    for name, function in template.functions().items():
        added = [layer.get("Ref", numpy) for layer in function.get("Layers", [])]
        layers = added if "DashboardLayer" in added else ["DependenciesLayer", "SharedLayer", *added]
        totals[name] = sizes.get(name, 0) + sum(sizes[layer] for layer in set(layers) - {"DashboardLayer"})

    assert sizes["WorkersClassifyCall"] > 0
    assert totals["WorkersClassifyCall"] > sizes["ModelsLayer"] + sizes[numpy]
    assert {name: total for name, total in totals.items() if total > MAX_BYTES} == {}


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
