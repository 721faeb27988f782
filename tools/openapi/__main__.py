"""The OpenAPI document: python -m tools.openapi --check|--write."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "layers" / "shared"))


def main() -> int:
    from eal.core.events import catalogue
    from eal.entry.http import openapi as served
    from tools.openapi import document, webhooks
    from tools.openapi.endpoints import routes

    parser = argparse.ArgumentParser(prog="python -m tools.openapi")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="exit 1 if a committed file is out of date")
    what.add_argument(
        "--write", action="store_true", help="write the document, its routes and the catalogue of event types"
    )
    only_check = parser.parse_args().check
    built = document.build(routes(ROOT))
    wanted = {
        served.PATH: built,
        served.ROUTES: document.methods(built),
        catalogue.DESCRIBED: webhooks.event_types(built),
    }
    stale = 0
    for path, content in wanted.items():
        text = document.render(content)
        is_current = path.exists() and path.read_text(encoding="utf-8") == text
        stale += not is_current
        if not is_current and not only_check:
            path.write_text(text, encoding="utf-8")
        said = "current" if is_current else "out of date: run me with --write" if only_check else "written"
        print(f"{path.relative_to(ROOT)}: {said}")
    return int(only_check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
