"""Scan all templates, as SAM expands them, with checkov. Fails on a rule that is neither kept nor skipped."""

import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.fixtures.template import MAIN, NESTED, ROOT, expanded, parse

CHECKOV = ROOT / ".local" / "scanner" / "bin" / "checkov"
RULES = Path(__file__).with_name("checkov.yaml")


def main() -> int:
    # samtranslator warns that it cannot reach its feature flags.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate((MAIN, *NESTED.values())):
            template = expanded(parse((ROOT / path).read_text()))
            (Path(folder) / f"{number}.json").write_text(json.dumps(template, indent=1))
        command = (str(CHECKOV), "--directory", folder, "--config-file", str(RULES))
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
