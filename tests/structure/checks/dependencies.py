"""Requirements: complete, pinned to exact versions, which development and deployment share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.structure.project import Project

DEPLOYED = "layers/dependencies/requirements.txt"
DEVELOPMENT = "tools/requirements.txt"
HASHED = tuple(
    f"layers/{layer}/requirements.txt"
    for layer in ("dashboard", "identity", "images", "models", "numpy", "reports")
)
"""Requirements of layers whose builds download wheels by their hashes. What functions import of them, the development
environment has too."""
IMPORTED = frozenset(
    {
        "anyio", "idna", "jinja2", "mangum", "markupsafe", "numpy", "pillow", "pillow-heif", "python-multipart",
        "reportlab", "starlette", "typing-extensions", "tzdata", "urllib3",
    }
)  # fmt: skip
SCANNER = "tools/scan/requirements.txt"
TRAINING = "tools/train/requirements.txt"
"""Requirements of other environments, whose versions may differ."""
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+]+)")
_INCLUDE = "-r ../layers/dependencies/requirements.txt"


def faults(project: Project) -> Iterator[str]:
    pins: dict[str, tuple[str, str]] = {}
    for name in (DEPLOYED, DEVELOPMENT):
        for number, line in _lines(project.root / name):
            location = f"{name}:{number}"
            if line == _INCLUDE and name == DEVELOPMENT:
                continue
            pin = _PIN.fullmatch(line)
            if pin is None:
                yield f"{location}: '{line}' must be <name>==<version> and nothing else: no range, index, URL or option"
                continue
            package, version = re.sub(r"[-_.]+", "-", pin[1]).lower(), pin[2]
            if package in pins and pins[package][1] != version:
                yield f"{location}: {package} is {version}, but {pins[package][1]} at {pins[package][0]}: use the same"
            elif package in pins:
                yield f"{location}: {package} is pinned at {pins[package][0]} too: remove one of the lines"
            pins.setdefault(package, (location, version))
    yield from _separate(project)
    yield from _hashed(project, {package: version for package, (_, version) in pins.items()})
    if not any(line == _INCLUDE for _, line in _lines(project.root / DEVELOPMENT)):
        yield f"{DEVELOPMENT}: add the line that includes the deployed requirements: {_INCLUDE}"
    for package in ("boto3", "aws-xray-sdk", "mangum", "dnspython", "niquests"):
        if pins.get(package, ("", ""))[0].startswith(DEPLOYED):
            yield f"{DEPLOYED}: remove {package}: no function needs it, and its import slows down cold starts"


def _separate(project: Project) -> Iterator[str]:
    for name in (SCANNER, TRAINING):
        for number, line in _lines(project.root / name):
            if not _PIN.fullmatch(line):
                yield f"{name}:{number}: '{line}' must be <name>==<version> and nothing else"


def _hashed(project: Project, pins: dict[str, str]) -> Iterator[str]:
    located = ((name, *line) for name in HASHED for line in _lines(project.root / name))
    for name, number, line in located:
        pin, *hashes = line.split(" --hash=sha256:")
        found = _PIN.fullmatch(pin)
        if found is None or not hashes or not all(re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes):
            yield f"{name}:{number}: '{line}' must be <name>==<version> and the sha256 of each wheel"
        elif found[1] in IMPORTED and pins.get(found[1]) != found[2]:
            yield f"{name}:{number}: {found[1]} is {found[2]}, but {pins.get(found[1])} in {DEVELOPMENT}: use the same"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    joined = re.sub(r"\\\n\s*", "", path.read_text())
    for number, line in enumerate(joined.splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield number, text
