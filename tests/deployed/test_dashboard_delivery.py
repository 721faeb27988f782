"""Data that leaves the system, in Chromium on the running stack: webhooks with their log and replay, and a signed
claim."""

from __future__ import annotations

import json
import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks

from tests.support.site import NEEDS_BROWSER, heading
from tools.fixtures.client import send
from tools.fixtures.verifier import accepts

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.support.site import Site
    from tools.fixtures.client import ApiResponse, Stack
    from tools.fixtures.receiver import Inbox

    type Eventually = Callable[[Callable[[], ApiResponse], Callable[[ApiResponse], bool]], ApiResponse]

pytestmark = [pytest.mark.deployed, NEEDS_BROWSER]

CHECKPOINT_SECONDS = 240
"""Time until the next checkpoint of the audit log is signed, on a busy machine."""


def reload_until(page: Page, shown: Locator, seconds: float = 60) -> None:
    """Load the page again until it shows something."""
    end = time.monotonic() + seconds
    while not shown.first.is_visible() and time.monotonic() < end:
        page.wait_for_timeout(1000)
        page.reload()
    assert shown.first.is_visible(), page.locator("main").inner_text()


def new_endpoint(page: Page, site: Site, inbox: Inbox) -> str:
    """Register the endpoint for new leads. Returns its secret, on whose page the browser stays."""
    page.goto(f"{site.home}/settings/webhooks/new")
    assert heading(page) == "New webhook"
    page.get_by_label("Endpoint address").fill(inbox.url)
    page.get_by_label("Description").fill(f"Browser {secrets.token_hex(3)}")
    page.get_by_label("lead.created", exact=True).check()
    page.get_by_role("button", name="Create webhook").click()
    page.locator("#secret").wait_for()
    return page.locator("#secret").inner_text()


def open_endpoint(page: Page) -> str:
    page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?", if the secret was not copied
    page.get_by_role("link", name="Open the webhook").click()
    page.get_by_role("heading", name="Deliveries").wait_for()
    return page.url


def test_an_endpoint_is_registered_its_secret_shown_once_and_its_test_event_verified(
    page: Page, site: Site, inbox: Inbox
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.home)
    secret = new_endpoint(page, site, inbox)
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    snippets = page.locator("pre.code").all_inner_texts()
    assert len(snippets) == 3
    assert all("EAL_WEBHOOK_SECRET" in snippet and secret not in snippet for snippet in snippets)

    endpoint = open_endpoint(page)
    assert secret not in page.content()
    page.get_by_role("button", name="Send test event").click()
    assert heading(page) == "The endpoint accepted the test event"
    (request,) = inbox.requests
    assert json.loads(request.body)["type"] == "lead.created"
    assert accepts(request, secret)
    standardwebhooks.Webhook(secret).verify(request.body.decode(), request.headers)
    assert not accepts(request, f"whsec_{secrets.token_hex(16)}")

    page.goto(f"{site.home}/settings/webhooks")
    assert secret not in page.content()
    remove(page, endpoint)


def remove(page: Page, endpoint: str) -> None:
    page.goto(endpoint)
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete webhook").click()
    page.get_by_text("The webhook was deleted.").wait_for()


def test_failing_deliveries_are_in_the_log_and_are_replayed_after_they_were_counted(
    page: Page, site: Site, stack: Stack, key: str, inbox: Inbox
) -> None:
    inbox.status, inbox.body = 500, b"<script>document.title = 'Owned'</script> out of memory"
    secret = new_endpoint(page, site, inbox)
    endpoint = open_endpoint(page)
    lead = stack.call("POST", "/leads", key=key, body={"email": f"{secrets.token_hex(8)}@example.com"}).json
    assert inbox.wait_for(lambda _: bool(about(inbox, lead["id"])), 60)

    reload_until(page, page.get_by_role("cell", name="500"))
    page.get_by_role("link", name="lead.created").first.click()
    # The third attempt of the schedule is five minutes later, so the next one is that of the button.
    reload_until(page, page.get_by_role("heading", name="Attempt 2"))
    assert "out of memory" in page.locator("pre.code").first.inner_text()
    assert page.title() != "Owned"

    inbox.status, inbox.body = 410, b"gone"
    page.get_by_role("button", name="Deliver again").click()
    page.get_by_text("The delivery will be tried again now.").wait_for()
    reload_until(page, page.locator(".lead .badge", has_text="Failed"))
    page.goto(endpoint)
    assert page.get_by_text("Disabled:").is_visible()

    inbox.status, inbox.body = 200, b""
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Enabled").check()
    page.get_by_role("button", name="Save changes").click()
    page.get_by_text("The webhook was changed.").wait_for()
    before = len(about(inbox, lead["id"]))
    page.get_by_text("Replay events", exact=True).click()
    page.get_by_label("From").fill(f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M}")
    page.get_by_label("What").select_option("Failed deliveries")
    page.get_by_role("button", name="Count deliveries").click()
    assert re.fullmatch(r"Replay [1-9]\d* events?\?", heading(page))
    assert len(about(inbox, lead["id"])) == before
    page.get_by_role("button", name="Replay now").click()
    page.get_by_text("The replay has started.").wait_for()

    assert inbox.wait_for(lambda _: len(about(inbox, lead["id"])) > before, 60)
    assert accepts(about(inbox, lead["id"])[-1], secret)
    page.goto(f"{endpoint}?status=succeeded")
    reload_until(page, page.get_by_role("cell", name="200"))
    remove(page, endpoint)


def about(inbox: Inbox, lead_id: str) -> list[Any]:
    return [request for request in inbox.requests if lead_id.encode() in request.body]


def test_a_claim_is_reviewed_by_keyboard_signed_off_and_its_manifest_verified(
    page: Page, site: Site, stack: Stack, key: str, eventually: Eventually
) -> None:
    claim = stack.call("POST", "/claims", key=key, body={"insured": {"name": "Dana Reyes"}}).json
    note = (
        "Kitchen 12 x 10, 8 ft ceiling. Remove and replace 45 LF of wet baseboard. "
        "Remove 120 SF of wet carpet in the kitchen. Remove 60 SF of wet drywall."
    )
    stack.call("POST", f"/claims/{claim['id']}/notes", key=key, body={"text": note})
    home = f"{site.home}/claims/{claim['id']}"
    page.goto(home)
    assert heading(page) == "Dana Reyes"
    page.get_by_role("button", name="Extract scope").click()
    eventually(
        lambda: stack.call("GET", f"/claims/{claim['id']}", key=key),
        lambda response: response.json["status"] == "ready_for_review",
    )

    review(page, home)
    page.goto(f"{home}/checks")
    page.get_by_role("link", name="Sign-off").first.click()
    for reason in page.locator(".acknowledge textarea").all():
        reason.fill("Seen on site.")
    page.get_by_label("Your name").fill("Dana Reyes")
    page.get_by_role("button", name="Sign off", exact=True).click()
    page.get_by_text("The claim is signed off.").wait_for()
    reload_until(page, page.locator(".badge", has_text="Ready"))

    page.get_by_role("link", name="Verify").click()
    page.get_by_role("heading", name="Signature").wait_for()
    reload_until(page, page.locator("[data-check=signature]"), CHECKPOINT_SECONDS)
    verify(page)
    page.get_by_text("Proved: the manifest is the signed one.").wait_for()
    assert page.locator("aside .checks [data-state=yes]").count() == 8
    choose_files(page, stack.call("GET", f"/claims/{claim['id']}/sign-off", key=key).json["bundle"])
    refuse_tampered_manifests(page)


def review(page: Page, home: str) -> None:
    """Reject the first item, and accept the others: no hand leaves the keyboard."""
    page.goto(f"{home}/scope")
    undecided = page.locator("article.review[data-status=proposed]")
    count = undecided.count()
    assert count > 1
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("Not wet")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for _ in range(count - 1):
        page.locator("article.review[data-status=proposed]:focus").wait_for()
        with page.expect_navigation():
            page.keyboard.press("a")
    page.get_by_text("0 undecided").wait_for()
    assert page.locator("article.review[data-status=rejected]").count() == 1


def verify(page: Page) -> None:
    page.get_by_role("button", name="Verify").click()


def choose_files(page: Page, bundle: dict[str, Any]) -> None:
    files = {
        f"{part}-file": send("GET", bundle[f"{part}_url"], None, {}).body
        for part in ("json", "csv", "report", "schema", "manifest")
    }
    chosen = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in files.items()
    ]
    page.locator("#files").set_input_files(chosen)  # type: ignore[arg-type]  # FilePayload is such a dict
    page.get_by_text("5 of 5 files are unchanged.").wait_for()

    chosen[1]["buffer"] = files["csv-file"] + b"one more row\r\n"
    page.locator("#files").set_input_files(chosen)  # type: ignore[arg-type]  # as above
    page.get_by_text("1 of 5 files do not match.").wait_for()
    assert page.get_by_text("csv-file: not a file of this sign-off, or changed").is_visible()
    assert page.locator("[data-name='scope.csv']").get_attribute("data-state") is None


def refuse_tampered_manifests(page: Page) -> None:
    """A changed hash, and one whose manifest was hashed again: the audit log recorded another."""
    page.evaluate(
        """() => {
          const section = document.getElementById("verify-bundle");
          const signed = JSON.parse(section.dataset.signed);
          signed.bundle.manifest.files[1].sha256 = "0".repeat(64);
          section.dataset.signed = JSON.stringify(signed);
        }"""
    )
    verify(page)
    page.get_by_text("Not proved").wait_for()
    assert page.locator("[data-check=manifest]").get_attribute("data-state") == "no"

    page.evaluate(
        """async () => {
          const { canonical } = await import(document.querySelector("script[type=module]").src);
          const section = document.getElementById("verify-bundle");
          const signed = JSON.parse(section.dataset.signed);
          const bytes = new TextEncoder().encode(canonical(signed.bundle.manifest));
          const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
          signed.bundle.manifest_sha256 = [...hash].map((one) => one.toString(16).padStart(2, "0")).join("");
          section.dataset.signed = JSON.stringify(signed);
        }"""
    )
    verify(page)
    page.locator("[data-check=manifest][data-state=yes]").wait_for()
    assert page.locator("[data-check=record]").get_attribute("data-state") == "no"
    assert page.get_by_text("Not proved").is_visible()
