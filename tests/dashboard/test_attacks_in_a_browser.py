"""Attacks that only a browser decides, in Chromium: a form and a frame of another site, and stored script."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from eal_dashboard.pages import PAGES
from tests.dashboard.test_pages import HOSTILE
from tests.support.site import NEEDS_BROWSER
from tools.fixtures import browser
from tools.fixtures.dashboard import address, served
from tools.fixtures.responses import full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Dialog, Page

    from tools.fixtures.dashboard import FakeApi

FILLED_BY_STRANGERS = ("/calls/{call_id}", "/outreach/replies/{reply_id}", "/leads/{lead_id}")

pytestmark = NEEDS_BROWSER


@pytest.fixture
def home(api: FakeApi) -> Iterator[str]:
    with served(api.url) as home:
        yield home


@pytest.fixture
def page(home: str) -> Iterator[Page]:
    """A member who is signed in."""
    with browser.launched() as chromium:
        page = chromium.new_page()
        page.goto(f"{home}/sign-in")
        page.get_by_role("button").click()
        page.wait_for_url(f"{home}/")
        yield page


@contextmanager
def _evil(html: str) -> Iterator[str]:
    """The address of another site: `localhost` is none of 127.0.0.1. On this machine, because Chromium keeps sites of
    other networks from it, so that a frame would be empty in any case.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the output of a test is for its failures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_form_of_another_site_changes_nothing(page: Page, home: str, api: FakeApi) -> None:
    form = f'<form method="post" action="{home}/switch"><input name="mode" value="test"><button>Win</button></form>'
    with _evil(form) as evil:
        page.goto(evil)
        with page.expect_response(f"{home}/switch") as answered:
            page.get_by_role("button").click()

    assert answered.value.status == 403
    assert not api.sent("updateSession")


def test_no_page_is_shown_in_a_frame_of_another_site(page: Page, home: str) -> None:
    # A frame of another site gets no cookie, so it would show the sign-in page.
    with _evil(f'<iframe src="{home}/leads"></iframe>') as evil, page.expect_response(f"{home}/sign-in**"):
        page.goto(evil)

    frame = page.frames[1]
    frame.wait_for_load_state()
    assert frame.get_by_role("button").count() == 0
    assert home not in frame.url


def test_what_strangers_wrote_does_not_run(page: Page, home: str, api: FakeApi) -> None:
    ran: list[str] = []

    def note(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    for path in FILLED_BY_STRANGERS:
        shown = next(page for page in PAGES if page.path == path)
        for call in shown.calls.values():
            response = full(call.operation, HOSTILE)
            api.responses[call.operation] = lambda _, response=response: response  # type: ignore[misc]

        page.goto(f"{home}{address(shown)}")

        assert "<script>alert(1)" in page.locator("main").inner_text()

    assert ran == []
