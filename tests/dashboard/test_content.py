"""Content: what each status offers, briefs, edits by type, the difference between revisions, and the feed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.content import MAX_POST_CHARACTERS, ContentText, posted_length
from eal.domain.content.limits import MAX_REPLY_BYTES
from eal_dashboard import posts
from eal_dashboard.pages.content import EDITABLE, EDITS, STEPS
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tests.support.dashboard import Page
    from tools.fixtures.dashboard import FakeApi

ID = "content_01kq09bekje6vbq5xe2b60xtww"
CONTENT = f"/content/{ID}"
BLOCK = {
    "rule": "guarantee",
    "level": "block",
    "field": "scenes.0.narration",
    "quote": "guaranteed <b>",
    "advice": "Leave it out.",
}


def returns(api: FakeApi, **members: Any) -> None:
    """Let the API return the document's content with other members."""
    status, body = examples()["getContent"]
    api.responses["getContent"] = lambda _: (status, {**body, **members})


def forms(text: str) -> set[str]:
    return set(re.findall(r'name="_form" value="([^"]+)"', text))


@pytest.mark.parametrize("status", STEPS)
def test_a_status_offers_its_moves_and_no_other(status: str, api: FakeApi) -> None:
    returns(api, status=status, step="writing" if status == "generating" else None)
    shown = forms(signed_in().get(CONTENT).text)

    assert shown & {name for names in STEPS.values() for name in names} == set(STEPS[status])
    assert ("cancelContent" in shown) == (status == "generating")
    assert ("retryContent" in shown) == (status == "failed")
    assert ("deleteContent" in shown) == (status not in {"scheduled", "published"})


def test_archived_content_without_a_text_stays_archived(api: FakeApi) -> None:
    returns(api, status="archived", revision=0)
    assert "redraftContent" not in forms(signed_in().get(CONTENT).text)


def test_a_finding_that_blocks_is_explained_in_the_place_of_the_approval(api: FakeApi) -> None:
    returns(api, status="in_review", findings=[BLOCK])
    shown = signed_in().get(CONTENT)

    assert "approveContent" not in forms(shown.text)
    assert "A finding blocks the approval" in shown.words
    assert "Blocks Guarantee Scenes 0 narration guaranteed <b> Leave it out." in shown.words


def test_a_move_sends_its_status_notes_and_version(api: FakeApi) -> None:
    returns(api, status="in_review", version=7)
    done = signed_in().fill(CONTENT, "returnContent", notes="Say that the insurer decides.")

    (sent,) = api.sent("transitionContent")
    assert (done.status, done.location) == (303, f"{CONTENT}?done=returnContent")
    assert sent.body == {"to": "draft", "notes": "Say that the insurer decides."}
    assert sent.headers["If-Match"] == '"7"'


def test_a_schedule_is_in_the_zone_of_the_organization(api: FakeApi) -> None:
    returns(api, status="approved")
    member = signed_in()
    assert "In the time zone America/Chicago" in member.get(CONTENT).words

    member.fill(CONTENT, "scheduleContent", scheduled_at="2026-06-01T09:30")
    assert api.sent("transitionContent")[0].body == {
        "to": "scheduled",
        "scheduled_at": "2026-06-01T14:30:00.000Z",
    }


def test_what_the_ai_writes_is_looked_up_again_and_can_be_cancelled(api: FakeApi) -> None:
    returns(api, status="generating", task="write", step="writing", revision=0, body=None, version=3)
    member = signed_in()
    shown = member.get(CONTENT)
    assert f'hx-get="{CONTENT}" hx-trigger="every 3s"' in shown.text
    assert "Waiting for its turn , done Writing… Checking , to come" in shown.words

    member.fill(CONTENT, "cancelContent")
    # Its step changes its version, and a cancellation is meant whatever the step is.
    assert "If-Match" not in api.sent("cancelContent")[0].headers

    returns(api, status="draft")
    assert "hx-trigger" not in member.get(CONTENT).text


def test_why_the_ai_wrote_nothing_is_said(api: FakeApi) -> None:
    returns(api, status="failed", task="write", reason="ai_disabled", revision=0, body=None)
    assert "AI is switched off in the settings of your organization." in signed_in().get(CONTENT).words


def test_a_brief_becomes_content_of_its_type(api: FakeApi) -> None:
    api.responses["createContent"] = lambda _: (202, {"id": ID})
    entered = {"brief.topic": "Frost warning", "brief.network": "nextdoor", "brief.keywords": "frost\npipes"}
    done = signed_in().fill("/content/new/social-post", "writeSocialPost", **entered)

    assert (done.status, done.location) == (303, f"{CONTENT}?done=writeSocialPost")
    assert api.sent("createContent")[0].body == {
        "type": "social_post",
        "brief": {"topic": "Frost warning", "network": "nextdoor", "keywords": ["frost", "pipes"]},
    }


def test_a_brief_without_a_topic_is_not_sent_by_the_browser(api: FakeApi) -> None:
    text = signed_in().get("/content/new/blog-post").text
    assert re.search(r'name="brief\.topic"[^>]* required', text)


@pytest.mark.parametrize(("kind", "form"), EDITS.items())
def test_a_text_is_edited_in_the_form_of_its_type(kind: str, form: str, api: FakeApi) -> None:
    returns(api, type=kind, status="draft")
    assert forms(signed_in().get(f"{CONTENT}/edit").text) == {form}


@pytest.mark.parametrize("status", sorted(STEPS.keys() - set(EDITABLE)))
def test_what_cannot_be_edited_says_so(status: str, api: FakeApi) -> None:
    returns(api, status=status)
    shown = signed_in().get(f"{CONTENT}/edit")

    assert not forms(shown.text)
    assert "This text cannot be edited now" in shown.words


def test_an_edit_sends_the_parts_of_the_type(api: FakeApi) -> None:
    returns(api, type="social_post", status="draft")
    signed_in().fill(f"{CONTENT}/edit", "editSocialPost", body="Frost <tonight>.", hashtags="a\nb", links="")
    assert api.sent("updateContent")[0].body == {
        "body": "Frost <tonight>.",
        "hashtags": ["a", "b"],
        "links": [],
    }


SCENES = [
    {"narration": "Frost <tonight>.", "on_screen_text": "", "seconds": 5},
    {"narration": "Open a tap.", "on_screen_text": "Open a tap", "seconds": 7},
]


def scenes(*entered: dict[str, Any]) -> dict[str, list[str]]:
    names = ("narration", "on_screen_text", "seconds")
    return {f"scenes.{name}": [str(scene[name]) for scene in entered] for name in names}


def narrations(shown: Page) -> list[str]:
    return re.findall(r'<textarea [^>]*name="scenes.narration"[^>]*>([^<]*)<', shown.text)


def test_scenes_are_saved_as_they_are_on_the_page(api: FakeApi) -> None:
    returns(api, type="video_script", status="draft", scenes=SCENES)
    member = signed_in()
    assert narrations(member.get(f"{CONTENT}/edit")) == ["Frost &lt;tonight&gt;.", "Open a tap."]

    nothing = {"narration": " ", "on_screen_text": "", "seconds": ""}
    entered = scenes(SCENES[1], nothing, SCENES[0])
    done = member.fill(f"{CONTENT}/edit", "editVideoScript", title="Frost", **entered)
    assert done.location == f"{CONTENT}?done=editVideoScript"
    assert api.sent("updateContent")[0].body == {"title": "Frost", "scenes": [SCENES[1], SCENES[0]]}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("add scenes", ["Frost &lt;tonight&gt;.", "Open a tap.", ""]),
        ("remove scenes 0", ["Open a tap."]),
        ("down scenes 0", ["Open a tap.", "Frost &lt;tonight&gt;."]),
        ("up scenes 1", ["Open a tap.", "Frost &lt;tonight&gt;."]),
        ("up scenes 0", ["Frost &lt;tonight&gt;.", "Open a tap."]),
        ("remove scenes 9", ["Frost &lt;tonight&gt;.", "Open a tap."]),
        ("remove <script>alert(1)</script> -1", ["Frost &lt;tonight&gt;.", "Open a tap."]),
        ("preview", ["Frost &lt;tonight&gt;.", "Open a tap."]),
    ],
)
def test_a_button_changes_the_scenes_and_saves_nothing(
    command: str, expected: list[str], api: FakeApi
) -> None:
    returns(api, type="video_script", status="draft", scenes=[], version=3)
    member = signed_in()
    shown = member.fill(
        f"{CONTENT}/edit", "editVideoScript", title="New title", **scenes(*SCENES), _change=command
    )

    assert (shown.status, narrations(shown)) == (200, expected)
    assert 'value="New title"' in shown.text
    assert not api.sent("updateContent")


def test_a_changed_form_keeps_the_version_that_it_began_with(api: FakeApi) -> None:
    """Otherwise the save would overwrite what somebody changed meanwhile."""
    returns(api, type="video_script", status="draft", version=3)
    member = signed_in()
    hidden = member.get(f"{CONTENT}/edit").hidden("editVideoScript")
    returns(api, type="video_script", status="draft", version=4)
    added = member.post(f"{CONTENT}/edit", {**hidden, **scenes(*SCENES), "_change": "add scenes"})
    assert added.hidden("editVideoScript")["_etag"] == hidden["_etag"]

    member.post(f"{CONTENT}/edit", {**added.hidden("editVideoScript"), **scenes(*SCENES)})
    assert api.sent("updateContent")[0].headers["If-Match"] == '"3"'


def test_the_scene_that_the_api_refuses_is_named(api: FakeApi) -> None:
    faults = [{"pointer": "/scenes/1/seconds", "message": "Must be at most 600."}]
    error = {"code": "validation_error", "message": "No.", "details": {"fields": faults}}
    returns(api, type="video_script", status="draft")
    api.responses["updateContent"] = lambda _: (422, {"error": error})
    shown = signed_in().fill(f"{CONTENT}/edit", "editVideoScript", title="Frost", **scenes(*SCENES))

    assert "Scene 2, seconds: Must be at most 600." in shown.words
    assert len(re.findall(r'name="scenes.seconds"[^>]* aria-invalid="true"', shown.text)) == 1


def test_no_more_scenes_than_the_api_accepts(api: FakeApi) -> None:
    returns(api, type="video_script", status="draft")
    shown = signed_in().fill(
        f"{CONTENT}/edit", "editVideoScript", **scenes(*SCENES * 25), _change="add scenes"
    )
    assert len(narrations(shown)) == 50
    assert "Add scene" not in shown.words


def preview_of(text: str, api: FakeApi) -> str:
    returns(api, type="blog_post", status="draft")
    shown = signed_in().fill(
        f"{CONTENT}/edit", "editBlogPost", title="Frost", body=text, slug="frost", _change="preview"
    )
    assert (shown.status, api.sent("updateContent")) == (200, [])
    assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=(?![^<]*</textarea)", shown.text)
    found = re.search(r'<div class="markdown">(.*?)</div>\s*<h3>In search', shown.text, re.DOTALL)
    assert found
    return found[1]


def test_a_preview_shows_what_is_entered_and_not_what_is_stored(api: FakeApi) -> None:
    assert preview_of("## First\n\nClose the **valve**.", api) == (
        "<h3>First</h3>\n<p>Close the <strong>valve</strong>.</p>\n"
    )


def test_a_viewer_previews_nothing(api: FakeApi) -> None:
    returns(api, type="blog_post", status="draft")
    hidden = signed_in().get(f"{CONTENT}/edit").hidden("editBlogPost")
    shown = signed_in("viewer").post(f"{CONTENT}/edit", {**hidden, "body": "x", "_change": "preview"})
    assert shown.status == 403


@pytest.mark.parametrize("network", posts.MAX_POST_CHARACTERS)
@given(
    body=st.text(min_size=1, max_size=80),
    tags=st.lists(st.text(min_size=1, max_size=9), max_size=2),
    has_link=st.booleans(),
)
def test_a_post_is_as_long_as_the_api_counts(
    network: Any, body: str, tags: list[str], has_link: bool
) -> None:
    links = ["https://acme.example/pipes?utm=x"] if has_link else []
    text = ContentText(body=body, links=tuple(links), hashtags=tuple(tag.removeprefix("#") for tag in tags))
    length = posts.of_post(network, posts.posted(body, links, tags))

    assert length
    assert (length.count, length.limit) == (posted_length(network, text), MAX_POST_CHARACTERS[network])


def test_the_limits_are_those_of_the_api() -> None:
    assert posts.MAX_POST_CHARACTERS == MAX_POST_CHARACTERS
    assert posts.MAX_REPLY_BYTES == MAX_REPLY_BYTES


def test_a_post_is_counted_with_its_links_and_hashtags_while_it_is_written(api: FakeApi) -> None:
    returns(
        api,
        type="social_post",
        status="draft",
        brief={**examples()["getContent"][1]["brief"], "network": "x"},
    )
    entered = {"body": "F" * 260, "hashtags": "#frost", "links": "https://acme.example/a-very-long-address"}
    shown = signed_in().fill(f"{CONTENT}/edit", "editSocialPost", **entered, _change="preview")

    assert "293 of 280 characters · 13 too many" in shown.words
    assert "As X counts, including links and hashtags." in shown.words


def test_a_difference_does_not_rely_on_colour(api: FakeApi) -> None:
    text = signed_in().get(f"{CONTENT}/revisions/2").text
    assert "Close the<del> valve</del><ins> **main valve**</ins> first." in text


def test_an_earlier_revision_can_be_restored_and_the_newest_cannot(api: FakeApi) -> None:
    revision = examples()["getContentRevision"][1]
    api.responses["getContentRevision"] = lambda request: (
        200,
        {**revision, "number": int(request.path["number"])},
    )
    returns(api, status="draft", revision=2)
    member = signed_in()
    assert "restoreContentRevision" not in forms(member.get(f"{CONTENT}/revisions/2").text)

    done = member.fill(f"{CONTENT}/revisions/1", "restoreContentRevision")
    assert done.location == f"{CONTENT}?done=restoreContentRevision"
    assert api.sent("restoreContentRevision")[0].body == {"revision": 1}


def test_the_approval_queue_begins_with_the_oldest(api: FakeApi) -> None:
    member = signed_in()
    assert 'href="/content?status=in_review&amp;order=asc"' in member.get("/content").text

    member.get("/content?status=in_review&order=asc&type=blog_post")
    assert api.sent("listContent")[-1].query == {
        "status": "in_review", "order": "asc", "type": "blog_post", "limit": "25",
    }  # fmt: skip


def test_the_feed_gets_an_address_once(api: FakeApi) -> None:
    member = signed_in()
    assert forms(member.get("/content/feed").text) == {
        "replaceContentFeedAddress",
        "deleteContentFeedAddress",
    }

    nothing = dict.fromkeys(("id", "json_url", "atom_url", "created_at"), None)
    api.responses["getContentFeedAddress"] = lambda _: (200, {**nothing, "version": 0})
    assert forms(member.get("/content/feed").text) == {"createContentFeedAddress"}
    assert not forms(signed_in("member").get("/content/feed").text)


def _answers(api: FakeApi, **reply: Any) -> None:
    """Let the content be the published answer to a review."""
    brief = examples()["getContent"][1]["brief"]
    returns(
        api,
        status="published",
        type="review_response",
        brief={**brief, "review_id": ID.replace("content", "review")},
    )
    review = examples()["getReview"][1]
    api.responses["getReview"] = lambda _: (200, {**review, "reply": {**review["reply"], **reply}})


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"status": "pending"}, "The answer is on its way to Google."),
        ({"status": "posted"}, "The answer is public, below the review."),
        ({"status": "failed", "reason": "not_connected"}, "Google Business is not connected."),
        ({"status": "failed", "reason": "rejected"}, "Google rejected the text."),
        ({"status": "failed", "reason": "a reason of later"}, "Google did not accept it."),
    ],
)
def test_a_published_answer_says_what_became_of_it(reply: dict[str, str], said: str, api: FakeApi) -> None:
    _answers(api, **reply)

    assert said in signed_in().get(CONTENT).words


def test_an_answer_that_replaced_this_one_says_nothing_about_it(api: FakeApi) -> None:
    _answers(api, status="posted", content_id="content_01kq09bekje6vbq5xe2b60xtwz")

    assert "The answer is public" not in signed_in().get(CONTENT).words


def test_an_answer_is_shown_with_its_review(api: FakeApi) -> None:
    _answers(api)
    words = signed_in().get(CONTENT).words

    assert "Review by Dana R." in words
    assert "explained every step" in words


def test_an_answer_whose_review_was_erased_is_shown_without_it(api: FakeApi) -> None:
    _answers(api)
    error = {"error": {"code": "not_found", "message": "There is no such review.", "details": {}}}
    api.responses["getReview"] = lambda _: (404, error)

    assert signed_in().get(CONTENT).status == 200
