"""The keys of the scope review, in Chromium: they press the buttons that are on the page."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from tests.support.site import NEEDS_BROWSER
from tools.fixtures import browser
from tools.fixtures.dashboard import examples, served

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

CLAIM = "/claims/clm_01kq09bekje6vbq5xe2b60xtww"
IDS = [f"item_01kq09bekje6vbq5xe2b60xtw{number}" for number in range(3)]

pytestmark = NEEDS_BROWSER


def test_keys_move_open_and_accept(api: FakeApi) -> None:
    status, scope = examples()["getClaimScope"]
    first = scope["data"][0]
    scope["data"] = [
        copy.deepcopy(first) | {"id": item_id, "status": "proposed", "decision": None} for item_id in IDS
    ]
    claim_status, claim = examples()["getClaim"]
    api.responses["getClaim"] = lambda _: (claim_status, claim | {"status": "in_review"})
    api.responses["getClaimScope"] = lambda _: (status, scope)
    api.responses["updateClaimScopeItem"] = lambda sent: (200, first | {"id": sent.path["item_id"]})

    with served(api.url) as home, browser.launched() as chromium:
        page = chromium.new_page()
        page.goto(f"{home}/sign-in")
        page.get_by_role("button").click()
        page.goto(f"{home}{CLAIM}/scope")
        focused = "document.activeElement.closest('article').id"

        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate(focused) == IDS[1]
        page.keyboard.press("r")
        page.keyboard.type("jka")  # text, not keys
        assert page.evaluate("document.activeElement.value") == "jka"
        page.keyboard.press("Escape")
        assert page.evaluate(focused) == IDS[1]
        assert not api.sent("updateClaimScopeItem")
        with page.expect_navigation():
            page.keyboard.press("a")
        page.wait_for_selector(f"#{IDS[2]}:focus")
        page.wait_for_url(f"{home}{CLAIM}/scope#{IDS[1]}")  # without `done`, which is said once

    (sent,) = api.sent("updateClaimScopeItem")
    assert (sent.path["item_id"], sent.body) == (IDS[1], {"status": "accepted"})
