"""The running stack: `make test` starts one and names its stack.json in EAL_STACK."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.site import COLD_START_MS, Site, sign_in
from tools.fixtures import browser
from tools.fixtures.client import ROOT, Stack
from tools.fixtures.receiver import Inbox, receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tools.fixtures.client import ApiResponse


STACK = Path(os.environ.get("EAL_STACK", ROOT / ".local" / "stack.json"))


@pytest.fixture(scope="session")
def stack() -> Stack:
    return Stack.read(STACK)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with receiver() as inbox:
        yield inbox


@pytest.fixture(scope="session")
def issuer(stack: Stack) -> Iterator[str]:
    """The live admin key that makes the tests' keys: the stack's own key has the default rate limit."""
    yield from _new_key(stack, stack.keys["live_admin"])


@pytest.fixture(scope="session")
def test_issuer(stack: Stack) -> Iterator[str]:
    yield from _new_key(stack, stack.keys["test_admin"])


@pytest.fixture
def key(stack: Stack, issuer: str) -> Iterator[str]:
    """A new live admin key, because each test needs its own rate limit."""
    yield from _new_key(stack, issuer)


@pytest.fixture
def test_key(stack: Stack, test_issuer: str) -> Iterator[str]:
    yield from _new_key(stack, test_issuer)


def _new_key(stack: Stack, admin: str) -> Iterator[str]:
    """Revoked after the test, because the number of keys is limited; by itself, because so is `admin`'s rate."""
    body = {"name": "test", "scopes": ["admin"], "rate_limit": {"per_minute": 5000}}
    created = stack.call("POST", "/api-keys", key=admin, body=body)
    assert created.status == 201, created.body
    key = str(created.json["key"])
    yield key
    stack.call("DELETE", f"/api-keys/{created.json['id']}", key=key)


@pytest.fixture
def eventually() -> Callable[[Callable[[], ApiResponse], Callable[[ApiResponse], bool]], ApiResponse]:
    """Repeat a request until the response is as expected, for at most 90 seconds: a request for a proof signs a
    checkpoint once a minute at most, and the last one may be that of another test.
    """

    def call_until(
        send: Callable[[], ApiResponse], is_expected: Callable[[ApiResponse], bool]
    ) -> ApiResponse:
        end = time.monotonic() + 90
        while True:
            response = send()
            if is_expected(response) or time.monotonic() > end:
                assert is_expected(response), response.body[:2000]
                return response
            time.sleep(0.3)

    return call_until


@pytest.fixture(scope="session")
def site() -> Site:
    """The dashboard, with the demo member."""
    known = json.loads(STACK.read_text())
    return Site(known["dashboard_url"].rstrip("/"), known["member"]["email"], known["member"]["password"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.launched() as launched:
        yield launched


@pytest.fixture(scope="module")
def member(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser in which the demo member is signed in."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(COLD_START_MS)
        sign_in(context, site, "/")
        yield context


@pytest.fixture
def page(member: BrowserContext) -> Iterator[Page]:
    page = member.new_page()
    yield page
    page.close()
