"""The API reference and the consistency of the audit log in Chromium, on the running stack."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.site import COLD_START_MS, NEEDS_BROWSER, heading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.support.site import Site
    from tools.fixtures.client import Stack

pytestmark = [pytest.mark.deployed, NEEDS_BROWSER]


def test_a_sample_of_the_reference_runs_as_it_is_shown(page: Page, site: Site, key: str) -> None:
    page.goto(f"{site.home}/reference")
    page.get_by_role("search", name="Search the API reference").get_by_role("searchbox").fill("list leads")
    page.get_by_role("button", name="Search").click()
    page.locator(".operations a").first.click()
    assert heading(page) == "List leads"
    page.get_by_role("link", name="Python").click()
    page.wait_for_url("**/reference/listLeads?language=python")
    sample = page.locator("#sample").inner_text()

    done = subprocess.run(  # noqa: S603
        ["python3", "-c", sample],  # noqa: S607
        env={"PATH": os.environ["PATH"], "EAL_API_KEY": key},
        text=True,
        check=False,
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "next_cursor" in done.stdout


def test_the_reference_needs_no_javascript_and_opens_fields_by_their_anchor(
    member: BrowserContext, chromium: Browser, site: Site
) -> None:
    state = member.storage_state()
    with chromium.new_context(java_script_enabled=False, storage_state=state) as context:
        page = context.new_page()
        page.set_default_timeout(COLD_START_MS)
        page.goto(f"{site.home}/reference/createLead#body-address.city")
        assert page.locator("#body-address\\.city").is_visible()
        page.get_by_role("link", name="Node").click()
        page.wait_for_url("**/reference/createLead?language=node")
        assert "await fetch(" in page.locator("#sample").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["createLead", "updateOwnOrganization", "getCall"])
def test_an_operation_is_accessible(name: str, scheme: str, page: Page, site: Site) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page.goto(f"{site.home}/reference/{name}")
    page.evaluate("() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })")

    found = Axe().run(page).response["violations"]
    assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found] == []


def test_an_id_leads_to_its_page_and_its_json(page: Page, site: Site, stack: Stack, key: str) -> None:
    address = f"find-{secrets.token_hex(4)}@example.com"
    lead = stack.call("POST", "/leads", key=key, body={"first_name": "Found", "email": address}).json
    page.goto(f"{site.home}/settings/members")
    page.get_by_role("search", name="Find by ID").get_by_role("searchbox").fill(str(lead["id"]))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/leads/{lead['id']}")
    assert heading(page) == "Found"

    page.get_by_text("As JSON and curl").click()
    assert address in page.locator("#api-1-json").inner_text()
    assert f"/leads/{lead['id']}" in page.locator("#api-1-curl").inner_text()
    assert "eal_session_" not in page.content()


def signed(stack: Stack, key: str, page: Page) -> str:
    """The id of a checkpoint that has a record of now: a request for its proof signs one as soon as it is archived."""
    address = f"signed-{secrets.token_hex(4)}@example.com"
    lead = stack.call("POST", "/leads", key=key, body={"email": address}).json
    (record,) = stack.call("GET", f"/audit-log?resource_id={lead['id']}", key=key).json["data"]
    deadline = time.monotonic() + 240
    while (response := stack.call("GET", f"/audit-log/{record['id']}/proof", key=key)).status != 200:
        assert (response.status, time.monotonic() < deadline) == (503, True), response.body
        page.wait_for_timeout(3000)
    return str(response.json["checkpoint"]["id"])


def test_the_browser_proves_that_the_log_only_grew(page: Page, site: Site, stack: Stack, key: str) -> None:
    earlier, later = signed(stack, key, page), signed(stack, key, page)
    page.goto(f"{site.home}/audit-log/checkpoints/{later}?from={earlier}")
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("Proved: records were only added between the two.").wait_for()
    assert page.locator(".checks [data-state=yes]").count() == 5

    page.evaluate(
        """() => {
          const section = document.getElementById("verify");
          const proof = JSON.parse(section.dataset.proof);
          proof.from.root = "0".repeat(64);
          section.dataset.proof = JSON.stringify(proof);
        }"""
    )
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("Not proved").wait_for()
    assert page.locator("[data-check=path]").get_attribute("data-state") == "no"
    assert page.locator("[data-check=signature]").get_attribute("data-state") == "no"
