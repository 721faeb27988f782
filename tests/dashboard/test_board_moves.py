"""Moves on the board of leads in Chromium: by dragging, by keys, and by the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.site import NEEDS_BROWSER
from tools.fixtures import browser
from tools.fixtures.dashboard import examples, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tools.fixtures.dashboard import FakeApi, Received

ID = "lead_01kq09bekje6vbq5xe2b60xtw{}"

pytestmark = NEEDS_BROWSER


@pytest.fixture
def board(api: FakeApi) -> Iterator[Page]:
    """Leads 0 and 1 are new, and 2 is contacted. The window shows all columns."""
    (sample,) = examples()["listLeads"][1]["data"]
    leads = [
        sample
        | {"id": ID.format(number), "status": status, "first_name": f"Lead {number}", "version": number + 1}
        for number, status in enumerate(("new", "new", "contacted"))
    ]

    def move(request: Received) -> tuple[int, dict[str, object]]:
        (lead,) = [lead for lead in leads if lead["id"] == request.path["lead_id"]]
        lead["status"] = (request.body or {})["to"]
        return 200, lead

    api.responses["listLeads"] = lambda request: (
        200,
        {"data": [lead for lead in leads if lead["status"] == request.query["status"]], "next_cursor": None},
    )
    api.responses["transitionLead"] = move
    with served(api.url) as home, browser.launched() as chromium:
        page = chromium.new_page(viewport={"width": 2000, "height": 900})
        page.goto(f"{home}/sign-in")
        page.get_by_role("button").click()
        page.goto(f"{home}/leads?view=board")
        yield page


def card(page: Page, number: int) -> Locator:
    return page.locator(f"#{ID.format(number)}")


def column(page: Page, status: str) -> Locator:
    return page.locator(f"[data-status={status}]")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('[data-card]').id"))


def test_a_card_is_dragged_to_a_column_that_its_status_allows(board: Page, api: FakeApi) -> None:
    text = card(board, 1).locator(".about-lead").first

    text.drag_to(column(board, "won"))  # not from new
    assert not api.sent("transitionLead")
    with board.expect_navigation():
        text.drag_to(column(board, "contacted"))

    (sent,) = api.sent("transitionLead")
    assert (sent.path["lead_id"], sent.body, sent.headers["If-Match"]) == (
        ID.format(1),
        {"to": "contacted"},
        '"2"',
    )
    assert column(board, "contacted").locator(f"#{ID.format(1)}").is_visible()
    board.wait_for_selector(f"#{ID.format(1)} a:focus")


def test_dragging_to_lost_asks_for_the_reason(board: Page, api: FakeApi) -> None:
    card(board, 0).locator(".about-lead").first.drag_to(column(board, "lost"))

    assert board.evaluate("document.activeElement.name") == "reason"
    board.keyboard.press("Enter")  # the browser wants the reason first
    assert not api.sent("transitionLead")
    board.keyboard.type("Chose another company")
    with board.expect_navigation():
        board.keyboard.press("Enter")
    (sent,) = api.sent("transitionLead")
    assert sent.body == {"to": "lost", "reason": "Chose another company"}


def test_keys_go_from_card_to_card_and_move_one(board: Page, api: FakeApi) -> None:
    card(board, 0).locator("a").first.focus()
    for key, number in (("ArrowDown", 1), ("ArrowRight", 2), ("ArrowRight", 2), ("ArrowLeft", 0)):
        board.keyboard.press(key)
        assert focused(board) == ID.format(number)

    board.keyboard.press("Shift+ArrowLeft")  # there is no column before new
    assert not card(board, 0).locator("details").get_attribute("open")
    board.keyboard.press("Shift+ArrowRight")
    assert "move to Contacted?" in board.locator("#announcement").inner_text()
    board.keyboard.press("Escape")
    assert focused(board) == ID.format(0)
    assert card(board, 0).locator("details").get_attribute("open") is None
    assert not api.sent("transitionLead")

    board.keyboard.press("Shift+ArrowRight")
    with board.expect_navigation():
        board.keyboard.press("Enter")
    (sent,) = api.sent("transitionLead")
    assert (sent.path["lead_id"], sent.body) == (ID.format(0), {"to": "contacted"})


def test_the_form_alone_moves_a_card(board: Page, api: FakeApi) -> None:
    card(board, 2).locator("summary").click()
    card(board, 2).get_by_label("Move to").select_option("qualified")
    with board.expect_navigation():
        card(board, 2).get_by_role("button", name="Move lead").click()

    (sent,) = api.sent("transitionLead")
    assert (sent.path["lead_id"], sent.body) == (ID.format(2), {"to": "qualified"})
