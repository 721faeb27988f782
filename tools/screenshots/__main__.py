"""Take pictures of every page of the dashboard, or of those at the paths.

Light and dark, desktop and phone, in .local/screenshots. Needs Chromium and no stack: the API is a fake, with the data
of samples.py.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "layers" / "dashboard"), str(ROOT / "layers" / "shared")]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

PHOTO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path fill="#8fa9b5" d="M0 0h4v3H0z"/>
<path fill="#6b5a48" d="M0 2.2h4V3H0z"/><path fill="#d9d2c4" d="M1 .6h2v1.6H1z"/></svg>"""
"""Stands for the files of claims, whose host the fake names but does not have."""
FOLDER = ROOT / ".local" / "screenshots"
SIZES = {"desktop": (1360, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="of a page, such as /leads; all by default")
    wanted = parser.parse_args(arguments).paths
    from tools.fixtures import browser
    from tools.fixtures.dashboard import FakeApi, served
    from tools.screenshots.samples import PATHS, RESPONSES

    if browser.installed() is None:
        print("screenshots: install Chromium (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    api = FakeApi()
    api.responses |= RESPONSES
    with served(api.url) as home, browser.launched() as chromium:
        for scheme in SCHEMES:
            for size, (width, height) in SIZES.items():
                with chromium.new_context(
                    color_scheme=scheme,  # type: ignore[arg-type]  # a literal
                    viewport={"width": width, "height": height},
                ) as context:
                    context.route(
                        "https://storage.example.com/**",
                        lambda route: route.fulfill(content_type="image/svg+xml", body=PHOTO),
                    )
                    page = context.new_page()
                    page.goto(f"{home}/sign-in")
                    take(page, f"sign-in-{scheme}-{size}")
                    page.get_by_role("button").click()
                    for path in wanted or PATHS:
                        page.goto(home + path)
                        take(page, f"{name_of(path)}-{scheme}-{size}")
    api.close()
    print(f"screenshots: {FOLDER.relative_to(ROOT)}")
    return 0


def name_of(path: str) -> str:
    return re.sub(r"[^a-z]+", "-", re.sub(r"[a-z]+_[0-9a-z]{26}", "id", path)).strip("-") or "overview"


def take(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
