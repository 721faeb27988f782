"""The OpenAPI document: python -m tools.openapi --check|--write."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "layers" / "shared"))


def main() -> int:
    from eal.entry import document, openapi
    from tools.openapi.endpoints import routes

    parser = argparse.ArgumentParser(prog="python -m tools.openapi")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="exit 1 if the committed document is out of date")
    what.add_argument("--write", action="store_true", help="write the document")
    wanted = openapi.render(openapi.build(routes(ROOT)))
    current = document.PATH.read_text(encoding="utf-8") if document.PATH.exists() else ""
    shown = document.PATH.relative_to(ROOT)
    if parser.parse_args().check:
        print(f"{shown} is current" if wanted == current else f"{shown} is out of date: run me with --write")
        return int(wanted != current)
    document.PATH.write_text(wanted, encoding="utf-8")
    print(f"{shown}: {'no change' if wanted == current else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
