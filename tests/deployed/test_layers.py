"""The layers from `sam build` run on both of Lambda's architectures, so the template needs no parameter for it."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tools.stack.deploy import BUILD

pytestmark = pytest.mark.deployed

ELF_MACHINES = {62: "x86_64", 183: "aarch64"}
"""e_machine in an ELF header (System V ABI), to the machine's name in Python's file names."""


def test_every_extension_module_exists_for_both_architectures() -> None:
    machines = defaultdict(set)
    for layer in ("DependenciesLayer", "SharedLayer", "ModelsLayer", "ImagesLayer"):
        for path in (BUILD / layer).rglob("*.so*"):
            machine = ELF_MACHINES[int.from_bytes(path.read_bytes()[18:20], "little")]
            if path.parent.name.endswith(".libs"):  # the name has the hash of the content
                machines[path.name.partition("-")[0]].add(machine)
                continue
            module, _, tags = path.name.partition(".")
            assert tags == f"cpython-313-{machine}-linux-gnu.so", path
            machines[module].add(machine)

    assert {"_pydantic_core", "_multiarray_umath", "libscipy_openblas64_", "_imaging", "_pillow_heif"} <= set(
        machines
    )
    assert all(found == set(ELF_MACHINES.values()) for found in machines.values()), machines
