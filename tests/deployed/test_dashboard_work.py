"""The day's work in Chromium, on the running stack: leads on the board, a corrected call, and two members at once."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.site import COLD_START_MS, NEEDS_BROWSER, Site, heading, sign_in
from tools.fixtures.callrail import TRANSCRIPT
from tools.fixtures.client import send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tools.fixtures.client import ApiResponse, Stack

    type Eventually = Callable[[Callable[[], ApiResponse], Callable[[ApiResponse], bool]], ApiResponse]

pytestmark = [pytest.mark.deployed, NEEDS_BROWSER]


def press(page: Page, button: str) -> None:
    """Send a form. One whose function is still starting says so, and is sent again as it advises."""
    for _ in range(5):
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).click()
        if not page.get_by_text("The API did not respond in time.").is_visible():
            return


def new_lead(stack: Stack, key: str, **values: str) -> str:
    body = {"email": f"board-{secrets.token_hex(4)}@example.com", **values}
    created = stack.call("POST", "/leads", key=key, body=body)
    assert created.status == 201, created.body
    return str(created.json["id"])


def card(page: Page, status: str, lead_id: str) -> Locator:
    return page.locator(f"[data-status={status}] #{lead_id}")


def open_board(page: Page, site: Site) -> None:
    """Each column is a request, so several processes start at once: a page that failed is loaded again."""
    for _ in range(5):
        page.goto(f"{site.home}/leads?view=board")
        if page.locator("[data-board]").is_visible():
            return
    raise AssertionError(page.locator("body").inner_text())


def choose(page: Page, lead_id: str, to: str, reason: str = "") -> None:
    """Fill in the form of a card."""
    page.locator(f"#{lead_id} summary").click()
    page.locator(f"#{lead_id}").get_by_label("Move to").select_option(to)
    page.locator(f"#{lead_id}").get_by_label("Reason").fill(reason)


def test_a_lead_goes_across_the_board_past_a_change_of_somebody_else(
    page: Page, site: Site, stack: Stack, key: str
) -> None:
    name = f"Board {secrets.token_hex(3)}"
    lead_id = new_lead(stack, key, first_name=name)
    open_board(page, site)
    assert card(page, "new", lead_id).is_visible()

    choose(page, lead_id, "contacted")
    press(page, "Move lead")
    assert page.get_by_text("The lead was moved.").is_visible()
    with page.expect_navigation():
        card(page, "contacted", lead_id).locator(".about-lead").first.drag_to(
            page.locator("[data-status=qualified] h2")
        )
    card(page, "qualified", lead_id).wait_for()

    # Somebody else is faster: the card on the page is of the version before.
    moved = stack.call("POST", f"/leads/{lead_id}/transitions", key=key, body={"to": "scheduled"})
    assigned = stack.call("PATCH", f"/leads/{lead_id}", key=key, body={"assigned_to": "Ann"})
    assert (moved.status, assigned.status) == (200, 200)
    choose(page, lead_id, "lost", "No answer")
    press(page, "Move lead")

    refused = page.locator(".refused")
    assert refused.get_by_role("heading", name=f"{name} was not moved").is_visible()
    text = " ".join(refused.inner_text().split())
    assert "It is now Scheduled" in text
    assert "by the API key" in text
    assert "Status Qualified Scheduled" in text
    assert "Assigned to none Ann" in text
    assert refused.get_by_label("Reason").input_value() == "No answer"
    assert stack.call("GET", f"/leads/{lead_id}", key=key).json["status"] == "scheduled"

    refused.get_by_label("Move to").select_option("won")
    refused.get_by_label("Reason").fill("")
    press(page, "Move lead")
    assert card(page, "won", lead_id).is_visible()
    assert card(page, "won", lead_id).locator("form").count() == 0
    history = stack.call("GET", f"/leads/{lead_id}/history", key=key).json["data"]
    moves = [(entry["to"], entry["by"]["type"]) for entry in history if entry["type"] == "transition"]
    assert moves == [
        ("won", "member"),
        ("scheduled", "api_key"),
        ("qualified", "member"),
        ("contacted", "member"),
    ]


def test_a_card_is_moved_without_javascript(
    member: BrowserContext, chromium: Browser, site: Site, stack: Stack, key: str
) -> None:
    lead_id = new_lead(stack, key, first_name="Plain")
    with chromium.new_context(java_script_enabled=False, storage_state=member.storage_state()) as context:
        context.set_default_timeout(COLD_START_MS)
        page = context.new_page()
        open_board(page, site)
        choose(page, lead_id, "lost")
        press(page, "Move lead")
        assert page.get_by_text("Required if 'to' is 'lost'.").is_visible()
        page.locator(".refused").get_by_label("Reason").fill("Chose another company")
        press(page, "Move lead")
        assert card(page, "lost", lead_id).is_visible()


def test_a_call_is_corrected_and_the_engine_keeps_its_answer(
    page: Page, site: Site, stack: Stack, key: str, eventually: Eventually
) -> None:
    started = datetime.now(UTC) - timedelta(minutes=5)
    created = stack.call(
        "POST",
        "/calls",
        key=key,
        body={
            "vendor": "tracker",
            "vendor_call_id": secrets.token_hex(12),
            "caller_number": f"+1{201 + secrets.randbelow(780)}55501{secrets.randbelow(100):02d}",
            "direction": "inbound",
            "answered": True,
            "started_at": started.isoformat(timespec="milliseconds"),
            "duration_seconds": 180,
            "transcript": TRANSCRIPT,
        },
    )
    assert created.status == 201, created.body
    call_id = created.json["id"]
    before = eventually(
        lambda: stack.call("GET", f"/calls/{call_id}", key=key),
        lambda call: bool(call.json["classification"] and call.json["dispatch"] and call.json["lead_id"]),
    ).json
    assert before["classification"]["urgency"] == "emergency"

    page.goto(f"{site.home}/calls/{call_id}")
    heading(page)
    quote = page.locator(".transcript mark").first
    assert quote.inner_text() in TRANSCRIPT
    page.locator(".transcript .cites").first.click()
    assert "#field-" in page.url

    page.locator("summary", has_text="Correct the classification").click()
    form = page.locator("form", has=page.locator("[name=_form][value=correctClassification]"))
    form.get_by_label("Urgency").select_option("high")
    form.get_by_label("Danger to life").uncheck()
    form.get_by_label("Note").fill("The power was already off.")
    press(page, "Save these answers")
    page.get_by_text("The classification was corrected.").wait_for()
    urgency = page.locator("#field-urgency").inner_text()
    assert "High" in urgency
    assert "Corrected; the engine answered Emergency" in urgency
    after = stack.call("GET", f"/calls/{call_id}", key=key).json
    assert (after["classification"]["urgency"], after["correction"]["by"]["type"]) == ("high", "member")
    assert after["classification_runs"][0]["urgency"] == "emergency"

    page.get_by_role("link", name="Audit log").last.click()
    assert heading(page) == "Audit log"
    row = page.get_by_role("row", name="call.corrected")
    assert "Member" in row.inner_text()
    assert "Dashboard" in row.inner_text()
    row.get_by_role("link", name="call.corrected").click()
    assert heading(page) == "call.corrected"
    changed = " ".join(page.locator(".changes").inner_text().split())
    assert "emergency" in changed
    assert "The power was already off." not in page.content()  # a commitment, because it may be personal


@dataclass(frozen=True)
class Colleague:
    """A member who was invited and has signed in, in a browser of their own."""

    context: BrowserContext
    page: Page
    site: Site


def temporary_password(stack: Stack, email: str) -> str | None:
    """The password in the invitation that the user pool sent."""
    sent = send("GET", f"{stack.aws['endpoint_url']}/_ministack/ses/messages", None, {})
    mails = [json.dumps(message) for message in _flat(sent.json["messages"])]
    found = [re.search(r"password is ([\w-]+)", mail) for mail in mails if email in mail]
    return next((match[1] for match in found if match), None)


def _flat(messages: object) -> Iterator[object]:
    """The messages, which are by account and region."""
    if isinstance(messages, dict) and not {"Body", "body", "Subject", "subject"} & messages.keys():
        for recipients in messages.values():
            yield from _flat(recipients)
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message)
    else:
        yield messages


def join(chromium: Browser, site: Site, stack: Stack, path: str) -> Colleague:
    """Invite somebody on the members' page, and sign in as they do: with the mail's password, which is replaced."""
    email = f"colleague-{secrets.token_hex(4)}@example.com"
    with chromium.new_context() as context:
        context.set_default_timeout(COLD_START_MS)
        page = sign_in(context, site, "/settings/members")  # just now, as an invitation needs
        heading(page)
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Name").fill("Robin Vale")
        page.get_by_label("Role").select_option("member")
        press(page, "Invite member")
        page.get_by_text("The member was invited.").wait_for()
        password = temporary_password(stack, email)
        for _ in range(60):
            if password:
                break
            page.wait_for_timeout(1000)  # until the worker has invited them
            password = temporary_password(stack, email)
    assert password, "no invitation"

    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(COLD_START_MS)
    page = context.new_page()
    page.goto(site.home + path)
    page.get_by_role("button", name="Continue to sign in").click()
    page.locator("input[name=username]").fill(email)
    page.locator("input[type=password]").fill(password)
    page.locator("button[type=submit]").first.click()
    chosen = secrets.token_urlsafe(18)
    page.get_by_label("New password", exact=True).fill(chosen)
    page.get_by_label("Confirm new password").fill(chosen)
    page.get_by_role("button", name="Update password").click()
    page.wait_for_url(f"{site.home}{path}")
    return Colleague(context, page, Site(site.home, email, chosen))


@pytest.fixture(scope="module")
def colleague(chromium: Browser, site: Site, stack: Stack) -> Iterator[Colleague]:
    joined = join(chromium, site, stack, "/leads")
    yield joined
    joined.context.close()


def test_an_invited_member_signs_in_for_the_first_time(colleague: Colleague, page: Page, site: Site) -> None:
    colleague.page.goto(f"{site.home}/leads")
    assert heading(colleague.page) == "Leads"
    frame = colleague.page.locator(".person-name")
    assert frame.inner_text().split() == ["Robin", "Vale", "Member"]
    colleague.page.goto(f"{site.home}/settings/api-keys")
    assert heading(colleague.page) == "Your role does not include this page."

    page.goto(f"{site.home}/settings/members")
    heading(page)
    assert "Active" in page.get_by_role("row", name=colleague.site.email).inner_text()


def test_two_members_who_edit_the_same_lead_lose_nothing(
    colleague: Colleague, page: Page, site: Site, stack: Stack, key: str
) -> None:
    lead_id = new_lead(stack, key, first_name="Both", company="Before")
    first, second = page, colleague.page
    for tab in (first, second):
        tab.goto(f"{site.home}/leads/{lead_id}")
        assert heading(tab) == "Both"
        tab.locator("summary", has_text="Edit lead").click()

    def edit(tab: Page, label: str, text: str) -> None:
        form = tab.locator("form", has=tab.locator("[name=_form][value=updateLead]"))
        form.get_by_label(label).fill(text)

    edit(first, "Company", "Acme")
    edit(first, "Notes", "Called at noon.")
    press(first, "Save changes")
    first.get_by_text("The lead was changed.").wait_for()
    edit(second, "Assigned to", "Robin")
    edit(second, "Notes", "Left a message.")
    press(second, "Save changes")

    assert second.get_by_text("The form now has their changes, with yours on top").is_visible()
    form = second.locator("form", has=second.locator("[name=_form][value=updateLead]"))
    assert form.get_by_label("Company").input_value() == "Acme"
    assert form.get_by_label("Assigned to").input_value() == "Robin"
    assert form.get_by_label("Notes").input_value() == "Left a message."
    assert form.get_by_text("Somebody else changed this to “Called at noon.”").is_visible()
    untouched = stack.call("GET", f"/leads/{lead_id}", key=key).json
    assert (untouched["company"], untouched["assigned_to"]) == ("Acme", None)

    edit(second, "Notes", "Called at noon. Left a message.")
    press(second, "Save changes")
    second.get_by_text("The lead was changed.").wait_for()
    lead = stack.call("GET", f"/leads/{lead_id}", key=key).json
    assert (lead["company"], lead["assigned_to"]) == ("Acme", "Robin")
    assert lead["notes"] == "Called at noon. Left a message."
    records = stack.call("GET", f"/audit-log?resource_type=lead&resource_id={lead_id}", key=key).json["data"]
    authors = {record["actor"]["id"] for record in records if record["action"] == "lead.updated"}
    assert len(authors) == 2


def test_a_removed_member_is_out_on_the_next_request(chromium: Browser, site: Site, stack: Stack) -> None:
    leaving = join(chromium, site, stack, "/leads")
    assert heading(leaving.page) == "Leads"
    with chromium.new_context() as context:
        context.set_default_timeout(COLD_START_MS)
        owner = sign_in(context, site, "/settings/members")
        heading(owner)
        row = owner.get_by_role("row", name=leaving.site.email)
        row.locator("summary").click()
        press(owner, "Remove")
        owner.get_by_text("The member was removed and is signed out everywhere.").wait_for()

    leaving.page.goto(f"{site.home}/leads")
    assert heading(leaving.page) == "Your session has ended"
    # The account of the user pool still exists: they can prove who they are, and are a member of nothing.
    leaving.page.get_by_role("button", name="Continue to sign in").click()
    leaving.page.locator("input[name=username]").fill(leaving.site.email)
    leaving.page.locator("input[type=password]").fill(leaving.site.password)
    leaving.page.locator("button[type=submit]").first.click()
    leaving.page.wait_for_url(f"{site.home}/signed-in*")
    assert heading(leaving.page) == "You cannot sign in here"
    leaving.context.close()
