"""The program that builds the layers: layers/build."""

from __future__ import annotations

import shutil
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from layers.build.__main__ import ZIP_EPOCH, build
from layers.models.encoders import downloaded
from tools import reproducible

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """
name = "tiny"
strip = ["tiny/unused"]
steps = ["add_module"]

[take]
own = "own"
"""
ADD_MODULE = """
import sys
from pathlib import Path
import own, tiny
assert tiny.__file__.startswith(sys.argv[1]) and own.__file__.startswith(sys.argv[1])
Path(sys.argv[1], "added.py").write_text("ADDED = True")
"""
UNCHECKED_HASH = b"\x01\x00\x00\x00"
"""The flags of a .pyc whose source is never checked (PEP 552)."""


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a layer with a package of its own and one that pip finds in a folder, for both architectures."""
    folder, index = tmp_path / "layer", tmp_path / "index"
    index.mkdir()
    (folder / "own").mkdir(parents=True)
    (folder / "layer.toml").write_text(TABLE)
    (folder / "requirements.txt").write_text("tiny==1.0")
    (folder / "add_module.py").write_text(ADD_MODULE)
    (folder / "own" / "__init__.py").write_text("")
    (folder / "NOTICE").write_text("- tiny 1.0: MIT")
    for machine in ("aarch64", "x86_64"):
        _write_wheel(index, machine)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return folder


def _write_wheel(index: Path, machine: str) -> None:
    tag = f"cp311-abi3-manylinux_2_28_{machine}"
    with zipfile.ZipFile(index / f"tiny-1.0-{tag}.whl", "w") as wheel:
        for name, content in {
            "tiny/__init__.py": "",
            "tiny/__init__.pyi": "",
            "tiny/_tiny.abi3.so": machine,
            "tiny/tests/test_tiny.py": "",
            "tiny/unused/__init__.py": "",
            "tiny-1.0.data/scripts/tiny": "",
            "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
            "tiny-1.0.dist-info/RECORD": "",
            "tiny-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n",
        }.items():
            wheel.writestr(name, content)


def test_a_layer_has_the_wheels_of_both_architectures_without_unused_files(
    layer: Path, tmp_path: Path
) -> None:
    target = tmp_path / "python"
    target.mkdir()
    (target / "of_the_last_build.py").touch()

    build(layer, target, None)

    modules = {"NOTICE-tiny", "added.py", "own/__init__.py", "sboms/tiny.cdx.json", "tiny/__init__.py"}
    assert _files(target) == modules | {
        "tiny/_tiny.cpython-313-aarch64-linux-gnu.so",
        "tiny/_tiny.cpython-313-x86_64-linux-gnu.so",
        "tiny-1.0.dist-info/METADATA",
    }
    compiled = [*target.rglob("*.pyc")]
    assert len(compiled) == 3
    assert all(path.read_bytes()[4:8] == UNCHECKED_HASH for path in compiled)


def test_a_layer_can_be_built_for_one_architecture(layer: Path, tmp_path: Path) -> None:
    build(layer, tmp_path / "python", "aarch64")

    (module,) = (tmp_path / "python").rglob("*.so")
    assert module.read_text() == "aarch64"


def test_the_build_fails_if_a_step_fails(layer: Path, tmp_path: Path) -> None:
    (layer / "add_module.py").write_text("import sys; sys.exit('reason')")

    with pytest.raises(SystemExit, match="add_module failed"):
        build(layer, tmp_path / "python", None)


def test_the_build_rejects_a_key_that_the_table_does_not_have(layer: Path, tmp_path: Path) -> None:
    (layer / "layer.toml").write_text('name = "tiny"\nstirp = []')

    with pytest.raises(TypeError, match="stirp"):
        build(layer, tmp_path / "python", None)


def test_the_progress_of_a_download_counts_the_bytes_of_all_its_files() -> None:
    lines = [
        "Collecting a",
        "Progress 0 of 10",
        "Progress 10 of 10",
        "Saved a",
        "Progress 0 of 4",
        "Progress 3 of 4",
    ]

    assert [*downloaded([sys.executable, "-c", f"print({'\n'.join(lines)!r})"])] == [0, 10, 10, 13]


def test_a_download_that_fails_ends_the_build() -> None:
    with pytest.raises(SystemExit, match="could not download the weights"):
        [*downloaded([sys.executable, "-c", "raise SystemExit(1)"])]


def test_two_builds_are_identical(layer: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"

    reproducible.build(layer, first, "", seed=1)
    reproducible.build(layer, second, "", seed=2)

    assert reproducible.differences(first / "python", second / "python") == []
    assert {path.stat().st_mtime for path in first.rglob("python/**/*")} == {ZIP_EPOCH}
    assert [*first.rglob("*.pyc")]


def test_builds_with_another_file_content_or_time_are_not_identical(layer: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    reproducible.build(layer, first, "", seed=1)
    shutil.copytree(first, second)
    (second / "python" / "more.py").touch()
    (second / "python" / "added.py").write_text("ADDED = None")

    assert reproducible.differences(first / "python", second / "python") == [
        "more.py: only in one build",
        "added.py: another time",
        "added.py: another content",
    ]


def _files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if path.suffix != ".pyc"}
