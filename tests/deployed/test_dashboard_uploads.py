"""Uploads in Chromium, on the running stack: leads from a file, with and without scripts, and photos of a claim."""

from __future__ import annotations

import hashlib
import io
import secrets
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.support.site import COLD_START_MS, NEEDS_BROWSER, heading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

    from tests.support.site import Site
    from tools.fixtures.client import Stack

pytestmark = [pytest.mark.deployed, NEEDS_BROWSER]

NEW = "/leads/imports/new"
HOSTILE = "<img src=x onerror=alert(1)>.jpg"


def csv(name: str) -> bytes:
    """Two leads, and a row whose address is none."""
    rows = (
        "first_name,last_name,email",
        f"{name},One,{name}-1@example.com",
        f"{name},Bad,not an address",
        f"{name},Two,{name}-2@example.com",
    )
    return "\r\n".join(rows).encode()


def file(name: str, kind: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, name: str, kind: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(file(name, kind, content))


def jpeg() -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (640, 480), (secrets.randbelow(256), 90, 120))
    image.paste((240, 200, 40), (80, 80, 320, 300))
    image.save(out, "JPEG")
    return out.getvalue()


def path_of_photos(stack: Stack, key: str) -> str:
    """The path of the photos of a new claim."""
    body = {"carrier": "Example Mutual", "claim_number": secrets.token_hex(6), "loss_type": "water"}
    claim = stack.call("POST", "/claims", key=key, body=body)
    assert claim.status == 201, claim.body
    return f"/claims/{claim.json['id']}/photos"


def shows_the_end(page: Page, name: str) -> None:
    """The end of the import of `csv(name)`, and its leads in the list."""
    main = page.locator("main")
    main.get_by_text("The import is complete. 1 of 3 rows failed.").wait_for()
    assert main.get_by_role("row").nth(1).inner_text().startswith("2\temail")
    page.get_by_role("link", name="Show the newest leads").click()
    heading(page)
    for last in ("One", "Two"):
        assert page.get_by_role("link", name=f"{name} {last}").is_visible()
    assert page.get_by_role("link", name=f"{name} Bad").count() == 0


def test_leads_are_imported_from_a_file(page: Page, site: Site) -> None:
    messages: list[str] = []
    sent: list[tuple[str, bool]] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("request", lambda request: sent.append((request.method, request.url.startswith(site.home))))
    name = f"Import{secrets.token_hex(4)}"
    page.goto(site.home + NEW)
    choose(page, "leads.csv", "text/csv", csv(name))
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(f"{site.home}/leads/imports/imp_*")

    shows_the_end(page, name)  # the page follows the import by itself
    assert [request for request in sent if request[0] != "GET"] == [("POST", True), ("PUT", False)]
    assert messages == []


def test_leads_are_imported_without_javascript(member: BrowserContext, chromium: Browser, site: Site) -> None:
    state = member.storage_state()
    with chromium.new_context(java_script_enabled=False, storage_state=state) as context:
        context.set_default_timeout(COLD_START_MS)
        page = context.new_page()
        name = f"Import{secrets.token_hex(4)}"
        page.goto(site.home + NEW)
        choose(page, "leads.csv", "text/csv", csv(name))
        page.get_by_role("button", name="Import", exact=True).click()
        assert heading(page) == "Lead import"

        deadline = time.monotonic() + 120
        while page.get_by_role("link", name="Reload the page").is_visible() and time.monotonic() < deadline:
            page.wait_for_timeout(1000)
            page.get_by_role("link", name="Reload the page").click()
        shows_the_end(page, name)


def test_a_file_of_another_kind_is_not_sent(page: Page, site: Site) -> None:
    page.goto(site.home + NEW)
    choose(page, "leads.xlsx", "application/octet-stream", b"PK")
    page.get_by_role("button", name="Import", exact=True).click()

    page.get_by_text("The name of the file must end with one of: .csv.").wait_for()
    assert page.url == site.home + NEW


def test_a_file_with_an_unknown_column_fails_with_the_columns_that_are_known(page: Page, site: Site) -> None:
    page.goto(site.home + NEW)
    choose(page, "leads.csv", "text/csv", b"email,colour\r\na@example.com,red\r\n")
    page.get_by_role("button", name="Import", exact=True).click()

    page.get_by_role("alert").get_by_text("Unknown columns in the header: colour.").wait_for()


def test_photos_are_uploaded_inspected_and_shown(page: Page, site: Site, stack: Stack, key: str) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    path = path_of_photos(stack, key)
    page.goto(site.home + path)
    heading(page)

    content = jpeg()
    page.locator("input[type=file]").set_input_files(
        [
            file(HOSTILE, "image/jpeg", content),
            file("letter.jpg", "image/jpeg", b"Dear customer, " * 40),
            file("notes.txt", "text/plain", b"notes"),
        ]
    )
    page.get_by_label("Room").fill("Kitchen")
    page.get_by_role("button", name="Upload", exact=True).click()

    added = page.locator("#uploads [data-state=ready]")
    added.wait_for()
    assert added.locator(".name").inner_text() == HOSTILE
    rejected = page.locator("#uploads [data-state=rejected]")
    rejected.wait_for()
    assert "letter.jpg\nThe file is not an image of the type that its name states." in rejected.inner_text()
    refused = page.locator("#uploads [data-state=refused]")
    assert "notes.txt\nThe name of the file must end with one of:" in refused.inner_text()

    thumbnail = page.locator("#gallery [data-status=ready] img")
    thumbnail.wait_for()
    thumbnail.scroll_into_view_if_needed()
    loaded = "image => image.decode().then(() => image.naturalWidth)"
    assert thumbnail.evaluate(loaded) > 0
    assert page.locator("#gallery [data-status=rejected]").is_visible()
    photos = stack.call("GET", f"{path}?limit=10", key=key).json["data"]
    ready = next(photo for photo in photos if photo["status"] == "ready")
    assert (ready["filename"], ready["room"]) == (HOSTILE, "Kitchen")
    assert ready["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(photos) == 2
    assert messages == []


def test_without_javascript_the_page_of_photos_names_the_api(
    member: BrowserContext, chromium: Browser, site: Site, stack: Stack, key: str
) -> None:
    path = path_of_photos(stack, key)
    with chromium.new_context(java_script_enabled=False, storage_state=member.storage_state()) as context:
        context.set_default_timeout(COLD_START_MS)
        page = context.new_page()
        page.goto(site.home + path)
        heading(page)

        advice = page.locator("noscript p")  # which get_by_text passes over
        assert advice.is_visible()
        assert "needs JavaScript" in advice.inner_text()
        assert not page.locator("input[type=file]").is_visible()
