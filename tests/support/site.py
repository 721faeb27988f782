"""The dashboard of the running stack, in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tools.fixtures import browser

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

NEEDS_BROWSER = pytest.mark.skipif(
    browser.installed() is None and not browser.is_required(),
    reason="the dashboard's browser tests need Chromium (Debian: apt-get install chromium)",
)
COLD_START_MS = 90_000
"""The first page waits for the cold starts of several functions on a busy machine."""


@dataclass(frozen=True)
class Site:
    home: str
    email: str
    password: str


def sign_in(context: BrowserContext, site: Site, path: str) -> Page:
    page = context.new_page()
    page.goto(site.home + path)
    page.get_by_role("button", name="Continue to sign in").click()
    page.locator("input[name=username]").fill(site.email)
    page.locator("input[type=password]").fill(site.password)
    page.locator("button, input[type=submit]").first.click()
    page.wait_for_url(f"{site.home}{path}")
    return page


def heading(page: Page) -> str:
    """The page's heading. A page whose API is still starting says so, and is loaded again as it advises."""
    for _ in range(5):
        if page.locator("h1").inner_text() != "The API did not respond.":
            break
        page.reload()
    return page.locator("h1").inner_text()
