"""The editors: in Chromium, and with hostile text in what is stored, what is entered and what receivers return."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from eal_dashboard.pages.content import EDITS
from tests.dashboard.test_pages import HOSTILE
from tests.eal.domain.content.test_markdown import HOSTILE as CORPUS
from tests.support.dashboard import signed_in
from tests.support.site import NEEDS_BROWSER
from tools.fixtures import browser
from tools.fixtures.dashboard import examples, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.support import dashboard
    from tools.fixtures.dashboard import FakeApi

ULID = "01kq09bekje6vbq5xe2b60xtww"
EDIT = f"/content/content_{ULID}/edit"
SEQUENCE = f"/outreach/sequences/seq_{ULID}/edit"
DELIVERY = f"/settings/webhooks/wh_{ULID}/deliveries/dlv_{ULID}"
SCENE = {"narration": HOSTILE, "on_screen_text": HOSTILE, "seconds": 5}
TEXTS = ("title", "body", "slug", "excerpt", "seo_title", "seo_description")
VARIANTS = [{"name": HOSTILE, "weight": 1, "subject": HOSTILE, "body": HOSTILE}] * 2


def returns(api: FakeApi, operation: str, **members: Any) -> None:
    status, body = examples()[operation]
    api.responses[operation] = lambda _: (status, {**body, **members})


def store(api: FakeApi, kind: str, **members: Any) -> None:
    brief = {**examples()["getContent"][1]["brief"], "network": "x"}
    returns(api, "getContent", type=kind, status="draft", brief=brief, **members)


class Handlers(HTMLParser):
    """The attributes of a page that would run a script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]


def is_clean(shown: dashboard.Page) -> bool:
    """Whether the page has no tag with what somebody wrote, and its text is whole."""
    return "<script>alert" not in shown.text and not Handlers(shown.text).found


@pytest.mark.parametrize("kind", EDITS)
def test_stored_script_is_text_in_every_field_of_an_editor(kind: str, api: FakeApi) -> None:
    lists = {"hashtags": [HOSTILE], "links": [HOSTILE], "scenes": [SCENE]}
    store(api, kind, **dict.fromkeys(TEXTS, HOSTILE), **lists)
    shown = signed_in().get(EDIT)

    assert is_clean(shown)
    assert "&lt;script&gt;alert(1)" in shown.text


@pytest.mark.parametrize("kind", EDITS)
def test_entered_script_is_text_when_the_form_is_shown_again(kind: str, api: FakeApi) -> None:
    store(api, kind)
    entered = dict.fromkeys((*TEXTS, "hashtags", "links"), HOSTILE)
    scenes = {f"scenes.{name}": [HOSTILE] for name in SCENE}
    for command in ("preview", "add scenes", f"remove {HOSTILE} 0"):
        assert is_clean(signed_in().fill(EDIT, EDITS[kind], **entered, **scenes, _change=command))


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_survives_in_the_preview_of_a_page(hostile: str, api: FakeApi) -> None:
    store(api, "blog_post", body=hostile)
    for shown in (signed_in().get(EDIT), signed_in().get(EDIT.removesuffix("/edit"))):
        found = re.search(r'<div class="markdown">(.*?)</div>', shown.text, re.DOTALL)
        assert found
        assert not re.search(
            r"<(?!/?(?:a|blockquote|br|code|em|h[3-6]|hr|li|ol|p|pre|s|span|strong|table|tbody|td|th|thead|tr|ul)[ >])",
            found[1],
        )
        assert is_clean(shown)


def test_stored_script_is_text_in_the_variants_of_an_e_mail(api: FakeApi) -> None:
    step = {"delay_hours": 0, "subject": None, "body": None, "variants": VARIANTS}
    returns(api, "getSequence", steps=[step])
    shown = signed_in().get(SEQUENCE)

    assert is_clean(shown)
    assert shown.text.count("&lt;script&gt;alert(1)") >= 6


@pytest.mark.parametrize("form", ["testWebhook", ""])
def test_what_a_receiver_returns_is_text_in_the_log(form: str, api: FakeApi) -> None:
    """Anybody who runs an endpoint writes this text."""
    page = f"<html><body onload=alert(1)><img src=x onerror=alert(1)>{HOSTILE}</body></html>"
    _, delivery = examples()["getWebhookDelivery"]
    attempt = {**delivery["attempts"][0], "response": page, "error": page, "status_code": 500}
    returns(api, "getWebhookDelivery", attempts=[attempt])
    returns(api, "testWebhook", response=page, error=page, succeeded=False)
    member = signed_in()
    shown = member.fill(f"/settings/webhooks/wh_{ULID}", form) if form else member.get(DELIVERY)

    assert is_clean(shown)
    assert "&lt;body onload=alert(1)&gt;" in shown.text


# ---------------------------------------------------------------- in Chromium


@pytest.fixture
def page(api: FakeApi, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A browser of somebody who is signed in; without script, if the test says so."""
    with served(api.url) as home, browser.launched() as chromium:
        context = chromium.new_context(base_url=home, java_script_enabled=getattr(request, "param", True))
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_role("button").click()
        yield page


@NEEDS_BROWSER
def test_the_preview_follows_when_the_person_pauses(page: Page, api: FakeApi) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("dialog", lambda dialog: messages.append(dialog.message))
    store(api, "blog_post")
    page.goto(EDIT)
    text = page.get_by_label("Text", exact=True)
    text.fill("## New heading\n\n<img src=x onerror=alert(1)> ![x](https://evil.example/x.png)")

    page.locator("#preview h3", has_text="New heading").wait_for()
    assert "<img src=x onerror=alert(1)>" in page.locator("#preview").inner_text()
    assert page.evaluate("document.activeElement.name") == "body"
    assert text.input_value().startswith("## New heading")
    assert (messages, api.sent("updateContent")) == ([], [])


@NEEDS_BROWSER
@pytest.mark.parametrize("page", [False], indirect=True, ids=["without script"])
def test_scenes_are_written_without_script(page: Page, api: FakeApi) -> None:
    store(api, "video_script", title="Frost", scenes=[{**SCENE, "narration": "First."}])
    page.goto(EDIT)
    page.get_by_role("button", name="Add scene").click()
    page.get_by_label("Narration").nth(1).fill("Second.")
    page.get_by_label("Seconds").nth(1).fill("9")
    page.get_by_role("button", name="Move scene 2 up").click()
    assert page.get_by_label("Narration").nth(0).input_value() == "Second."
    page.get_by_role("button", name="Count again").click()
    assert "14 s in 2 scenes" in page.locator("#preview").inner_text()

    page.get_by_label("Title").press("Enter")  # saves, and presses no button of a scene
    (sent,) = api.sent("updateContent")
    assert [scene["narration"] for scene in (sent.body or {})["scenes"]] == ["Second.", "First."]


@NEEDS_BROWSER
def test_a_new_scene_is_scrolled_to(page: Page, api: FakeApi) -> None:
    store(api, "video_script", title="Frost", scenes=[SCENE] * 9)
    page.goto(EDIT)
    page.get_by_role("button", name="Add scene").click()
    page.wait_for_url("**#form-editVideoScript-scenes-9")
    added = page.get_by_label("Narration").nth(9)
    assert page.evaluate("one => one.getBoundingClientRect().bottom <= innerHeight", added.element_handle())
