"""Check or write the generated parts of the documents: python -m tools.documents --check|--write."""

import argparse
import logging
import sys

from tools.documents import blocks
from tools.fixtures.template import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.documents", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true", help="exit 1 if a part is out of date")
    mode.add_argument("--write", action="store_true", help="write all parts that are out of date")
    is_check = parser.parse_args().check
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of unused features
    stale = 0
    for name, text in blocks.renewed(ROOT).items():
        path = ROOT / name
        is_current = path.read_text(encoding="utf-8") == text
        stale += not is_current
        if not is_current and not is_check:
            path.write_text(text, encoding="utf-8")
        status = "current" if is_current else "out of date: run with --write" if is_check else "written"
        print(f"{name}: {status}")
    return int(is_check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
