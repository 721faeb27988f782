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
SCANNER = "tools/scan/requirements.txt"
"""Of another environment, so its versions may differ."""
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
    yield from _scanner(project)
    if not any(line == _INCLUDE for _, line in _lines(project.root / DEVELOPMENT)):
        yield f"{DEVELOPMENT}: add the line that includes the deployed requirements: {_INCLUDE}"
    for package in ("boto3", "aws-xray-sdk", "mangum", "dnspython", "niquests"):
        if pins.get(package, ("", ""))[0].startswith(DEPLOYED):
            yield f"{DEPLOYED}: remove {package}: no function needs it, and its import slows down cold starts"


def _scanner(project: Project) -> Iterator[str]:
    for number, line in _lines(project.root / SCANNER):
        if not _PIN.fullmatch(line):
            yield f"{SCANNER}:{number}: '{line}' must be <name>==<version> and nothing else"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield number, text
