"""The SBOM and the NOTICE of each layer: complete, true to the pinned requirements, and valid."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from layers.build import pins, sbom
from layers.models import encoders
from tests.structure.project import HERE
from tools import sbom as written

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = {table.parent.name: table.parent for table in sorted((HERE.root / "layers").glob("*/layer.toml"))}
CONVERTED = "models"
"""The layer whose wheels are not deployed, but the models that are made of them."""


@pytest.mark.parametrize("name", LAYERS)
def test_the_sbom_has_every_pinned_wheel_with_its_hashes(name: str) -> None:
    expected = {
        (pin.package, pin.version, pin.sha256s)
        for pin in pins.read(LAYERS[name] / "requirements.txt")
        if name != CONVERTED
    }

    found = {
        (part["name"], part["version"], tuple(digest["content"] for digest in part["hashes"]))
        for part in sbom.components(LAYERS[name])
        if part.get("purl", "").startswith("pkg:pypi/")
    }

    assert found == expected
    assert all(digests for _, _, digests in found)


def test_the_requirements_are_read_without_loss() -> None:
    for folder in LAYERS.values():
        requirements = folder / "requirements.txt"
        text = requirements.read_text() if requirements.exists() else ""
        found = pins.read(requirements)
        assert len(found) == text.count("==")
        assert sum(len(pin.sha256s) for pin in found) == text.count("--hash=sha256:")


@pytest.mark.parametrize("name", LAYERS)
def test_the_notice_has_a_licence_for_what_the_layer_contains_and_for_nothing_else(name: str) -> None:
    contained = {(part["name"], part["version"]) for part in sbom.components(LAYERS[name])}

    assert sbom.licences(LAYERS[name]).keys() == contained


def test_a_licence_is_the_one_that_the_package_declares() -> None:
    declared = {
        (pin.package, expression): sbom.licences(folder)[pin.package, pin.version]
        for name, folder in LAYERS.items()
        if name != CONVERTED
        for pin in pins.read(folder / "requirements.txt")
        if (expression := metadata.metadata(pin.package).get("License-Expression"))
    }

    assert len(declared) > 10
    assert {package: (ours, theirs) for (package, theirs), ours in declared.items() if ours != theirs} == {}


def test_every_model_and_file_of_others_has_its_hash() -> None:
    rows = [(folder, row) for folder in LAYERS.values() for row in sbom.named(folder) if "file" in row]
    models = {f"eal_models/{name}": source.sha256 for name, source in encoders.ENCODERS.items()}

    assert {row["file"]: row["sha256"] for _, row in rows if "model" in row["type"]} == models
    for folder, row in rows:
        if row["file"] not in models:
            assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"], row[
                "file"
            ]


@pytest.mark.parametrize("pattern", ["**/*.ttf", "**/*.min.js", "eal_models/*.npz"])
def test_no_file_of_others_is_without_a_row(pattern: str) -> None:
    found = {
        path.relative_to(folder).as_posix() for folder in LAYERS.values() for path in folder.glob(pattern)
    }
    named = {row.get("file") for folder in LAYERS.values() for row in sbom.named(folder)}

    assert found
    assert found <= named


def test_the_build_fails_without_a_licence(tmp_path: Path) -> None:
    (tmp_path / "layer.toml").write_text('name = "tiny"')
    (tmp_path / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}")
    (tmp_path / "NOTICE").write_text("- tiny 0.9: MIT")

    with pytest.raises(SystemExit, match=r"- tiny 1\.0: <SPDX expression>"):
        sbom.document(tmp_path, "tiny")


def test_the_sbom_does_not_depend_on_the_process(tmp_path: Path) -> None:
    documents = []
    for seed in ("1", "2"):
        program = (
            f"from pathlib import Path; from tools import sbom; sbom.write(Path({str(tmp_path / seed)!r}))"
        )
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.root)}
        subprocess.run([sys.executable, "-c", program], env=environment, cwd=HERE.root, check=True)  # noqa: S603
        documents.append({path.name: path.read_text() for path in (tmp_path / seed).iterdir()})

    assert documents[0] == documents[1]
    assert len({json.loads(text)["serialNumber"] for text in documents[0].values()}) == len(LAYERS)


@pytest.mark.skipif(
    not written.PYTHON.exists(), reason="make sbom installs the validator, and make lint validates"
)
def test_the_sboms_are_valid(tmp_path: Path) -> None:
    paths = written.write(tmp_path)
    broken = tmp_path / "broken.cdx.json"
    broken.write_text(paths[0].read_text().replace('"SHA-256"', '"SHA-255"'))

    assert written.validate(paths) == 0
    assert written.validate([broken]) == 1
