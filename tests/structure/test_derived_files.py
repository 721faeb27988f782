"""The files that are derived from the OpenAPI document and not committed: layers/build/openapi."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from layers.build.openapi import derive
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the document to change."""
    path = tmp_path / "openapi.json"
    shutil.copyfile(derive.DOCUMENT, path)
    monkeypatch.setattr(derive, "DOCUMENT", path)
    return path


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """A folder with both packages, without their modules."""
    for name in derive.DERIVED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    return tmp_path


def test_a_change_of_the_document_reaches_all_files(document: Path, layer: Path) -> None:
    derive.derive(layer)
    changed = json.loads(document.read_text())
    del changed["paths"]["/leads/{lead_id}"], changed["webhooks"]["lead.created"]
    document.write_text(json.dumps(changed))

    derive.derive(layer)

    routes, event_types, operations, reference = map(json.loads, _texts(layer))
    assert "/leads/{lead_id}" not in routes
    assert "/leads" in routes
    assert "lead.created" not in event_types
    assert "lead.updated" in event_types
    assert "getLead" not in operations
    assert "listLeads" in operations
    assert reference["operations"].keys() == operations.keys()


def test_a_file_that_is_current_is_not_written_again(layer: Path) -> None:
    derive.derive(layer)
    before = [(layer / name).stat().st_mtime_ns for name in derive.DERIVED]

    derive.derive(layer)

    assert [(layer / name).stat().st_mtime_ns for name in derive.DERIVED] == before


def test_a_layer_has_only_the_files_of_its_package(layer: Path) -> None:
    shutil.rmtree(layer / "eal")

    derive.derive(layer)

    files = {path.relative_to(layer).as_posix() for path in layer.rglob("*.json")}
    assert files == {"eal_dashboard/operations.json", "eal_dashboard/reference.json"}


def test_a_changed_document_changes_the_folder_of_the_dashboard_layer() -> None:
    """SAM's cache compares the content of that folder, in which it follows links."""
    assert (ROOT / "layers/dashboard/openapi.json").resolve() == derive.DOCUMENT


def _texts(layer: Path) -> list[str]:
    return [(layer / name).read_text(encoding="utf-8") for name in derive.DERIVED]
