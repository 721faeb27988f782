"""The requirements of a layer: packages of one version, with the SHA-256 of each wheel that the layer may contain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Pin(NamedTuple):
    package: str
    version: str
    sha256s: tuple[str, ...]
    """One digest, or one for each architecture."""

    @property
    def line(self) -> str:
        """The requirement, as pip reads it."""
        return " ".join(
            (f"{self.package}=={self.version}", *(f"--hash=sha256:{digest}" for digest in self.sha256s))
        )


def read(requirements: Path) -> list[Pin]:
    """The requirements of a file; none if it does not exist."""
    text = requirements.read_text() if requirements.exists() else ""
    return [
        Pin(found[1], found[2], tuple(re.findall(r"--hash=sha256:(\w+)", found[3])))
        for found in re.finditer(r"^([\w.-]+)==(\S+)((?: *\\\n? *--hash=\S+| +--hash=\S+)*)", text, re.M)
    ]
