"""The dashboard in Chromium, on the running stack: a member signs in, works, and is refused what is over."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import pytest

from eal_dashboard.pages import PAGES
from tests.support.site import COLD_START_MS, NEEDS_BROWSER, heading, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.support.site import Site
    from tools.fixtures.client import Stack

pytestmark = [pytest.mark.deployed, NEEDS_BROWSER]

LISTS = [page.address({}) for page in PAGES if not page.parameters]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", LISTS)
def test_a_page_is_accessible_and_loads_nothing_from_elsewhere(
    path: str, scheme: str, member: BrowserContext, site: Site
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = member.new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    messages: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on(
        "request", lambda request: elsewhere.append(request.url) if site.home not in request.url else None
    )
    statuses: list[int] = []
    while len(statuses) < 5 and statuses[-1:] != [200]:  # a page whose API is still starting is loaded again
        messages.clear()
        response = page.goto(site.home + path)
        assert response is not None
        statuses.append(response.status)

    assert statuses[-1] == 200
    found = Axe().run(page).response["violations"]
    assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found] == []
    assert (messages, elsewhere) == ([], [])
    page.close()


def test_pages_work_without_javascript(member: BrowserContext, chromium: Browser, site: Site) -> None:
    state = member.storage_state()
    with chromium.new_context(java_script_enabled=False, storage_state=state) as context:
        page = context.new_page()
        page.set_default_timeout(COLD_START_MS)
        page.goto(f"{site.home}/leads/new")
        page.get_by_label("First name").fill("Dana")
        page.get_by_label("E-mail").fill(f"dana-{secrets.token_hex(4)}@example.com")
        page.get_by_role("button", name="Create lead").click()
        assert heading(page) == "Dana"
        assert page.get_by_text("The lead was created.").is_visible()


def test_a_key_is_made_used_revoked_and_refused(page: Page, site: Site, stack: Stack) -> None:
    page.goto(f"{site.home}/settings/api-keys/new")
    name = f"Browser {secrets.token_hex(3)}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create key").click()
    key = page.locator("#secret").inner_text()
    assert stack.call("GET", "/health", key=key).status == 200

    page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?", because the key was not copied
    page.goto(f"{site.home}/settings/api-keys")
    assert key not in page.content()
    page.get_by_role("link", name=name).click()
    page.get_by_text("Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke key").click()
    page.get_by_text("The key was revoked.").wait_for()
    assert stack.call("GET", "/health", key=key).status == 401


def test_a_change_is_in_the_audit_log_and_the_browser_proves_it(page: Page, site: Site) -> None:
    page.goto(f"{site.home}/leads/new")
    page.get_by_label("First name").fill("Proof")
    page.get_by_label("E-mail").fill(f"proof-{secrets.token_hex(4)}@example.com")
    page.get_by_role("button", name="Create lead").click()
    assert heading(page) == "Proof"
    page.get_by_role("link", name="Audit log").last.click()
    page.get_by_role("link", name="lead.created").first.click()
    assert heading(page) == "lead.created"
    assert "Dashboard" in page.locator("main").inner_text()

    deadline = time.monotonic() + 240
    while not page.locator("[data-verify]").is_visible() and time.monotonic() < deadline:
        page.wait_for_timeout(3000)  # until the next checkpoint is signed
        page.reload()
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("Proved: the record is unchanged.").wait_for()
    assert page.locator(".checks [data-state=yes]").count() == 5

    page.evaluate(
        """() => {
          const section = document.getElementById("verify");
          const proof = JSON.parse(section.dataset.proof);
          proof.record.created_at = "2020-01-01T00:00:00.000Z";
          section.dataset.proof = JSON.stringify(proof);
        }"""
    )
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("Not proved").wait_for()
    assert page.locator("[data-check=hash]").get_attribute("data-state") == "no"


def test_the_mode_is_switched_and_marked_on_every_page(chromium: Browser, site: Site) -> None:
    with chromium.new_context() as context:
        context.set_default_timeout(COLD_START_MS)
        page = sign_in(context, site, "/leads")
        page.locator(".place > summary").click()
        page.get_by_role("button", name="Switch to test mode").click()
        page.get_by_text("Test mode: nothing here reaches").wait_for()
        page.goto(f"{site.home}/settings/webhooks")
        assert page.get_by_text("Test mode: nothing here reaches").is_visible()


def test_after_signing_out_the_cookies_of_before_open_nothing(chromium: Browser, site: Site) -> None:
    with chromium.new_context() as context:
        context.set_default_timeout(COLD_START_MS)
        page = sign_in(context, site, "/leads")
        stolen = context.cookies()
        page.locator(".person > summary").click()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_load_state()
        context.add_cookies(stolen)  # type: ignore[arg-type]  # the same type under two names
        page.goto(f"{site.home}/leads")
        assert heading(page) == "Your session has ended"
