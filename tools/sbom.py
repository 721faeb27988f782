"""Write the SBOM of each layer to .local/sbom, and validate them: python -m tools.sbom. `make sbom` runs it.

A built layer contains the same file, as sboms/<layer>.cdx.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from layers.build import sbom
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TARGET = ROOT / ".local" / "sbom"
PYTHON = ROOT / ".local" / "auditor" / "bin" / "python"
# The validator of the CycloneDX project, with the schema that it publishes.
_VALIDATE = """
import pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
validator = JsonStrictValidator(SchemaVersion.V1_6)
faults = [(path, fault) for path in sys.argv[1:] if (fault := validator.validate_str(pathlib.Path(path).read_text()))]
sys.exit("\\n".join(f"{path}: {fault}" for path, fault in faults) or 0)
"""


def write(target: Path) -> list[Path]:
    """Write the SBOM of every layer. Returns their paths."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for table in sorted(ROOT.glob("layers/*/layer.toml")):
        layer = table.parent
        path = target / f"{layer.name}.cdx.json"
        path.write_text(json.dumps(sbom.document(layer, layer.name), indent=1))
        written.append(path)
    return written


def validate(paths: list[Path]) -> int:
    """Returns the exit status of the validator, which has printed the faults."""
    return subprocess.run([str(PYTHON), "-c", _VALIDATE, *map(str, paths)], check=False).returncode


if __name__ == "__main__":
    written = write(TARGET)
    status = validate(written)
    if status == 0:
        print(f"sbom: {len(written)} valid documents in {TARGET.relative_to(ROOT)}")
    sys.exit(status)
