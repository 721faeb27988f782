"""Check or write the OpenAPI document and the definition of the REST API: python -m tools.openapi --check|--write."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "layers" / "shared"), str(ROOT / "layers" / "dashboard")]


def main() -> int:
    from eal.entry.http import openapi
    from layers.build.openapi.derive import derive_sources
    from tools.fixtures.template import template
    from tools.openapi import document, gateway
    from tools.openapi.endpoints import routes

    parser = argparse.ArgumentParser(prog="python -m tools.openapi", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true", help="exit 1 if a committed file is out of date")
    mode.add_argument(
        "--write", action="store_true", help="write both, and what is derived from the document"
    )
    is_check = parser.parse_args().check
    contents = {
        openapi.PATH: document.build(routes(ROOT)),
        gateway.PATH: gateway.build(template()),
    }
    stale = 0
    for path, content in contents.items():
        text = document.render(content)
        is_current = path.exists() and path.read_text(encoding="utf-8") == text
        stale += not is_current
        if not is_current and not is_check:
            path.write_text(text, encoding="utf-8")
        status = "current" if is_current else "out of date: run with --write" if is_check else "written"
        print(f"{path.relative_to(ROOT)}: {status}")
    if not is_check:
        derive_sources()
    return int(is_check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
