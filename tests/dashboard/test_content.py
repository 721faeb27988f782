"""Content: what each status offers, briefs, edits by type, the difference between revisions, and the feed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from eal_dashboard.pages.content import EDITABLE, EDITS, STEPS
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
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
    api.answers["getContent"] = lambda _: (status, {**body, **members})


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
    api.answers["createContent"] = lambda _: (202, {"id": ID})
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


def test_a_difference_does_not_rely_on_colour(api: FakeApi) -> None:
    text = signed_in().get(f"{CONTENT}/revisions/2").text
    assert "Close the<del> valve</del><ins> **main valve**</ins> first." in text


def test_an_earlier_revision_can_be_restored_and_the_newest_cannot(api: FakeApi) -> None:
    revision = examples()["getContentRevision"][1]
    api.answers["getContentRevision"] = lambda request: (
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
    api.answers["getContentFeedAddress"] = lambda _: (200, {**nothing, "version": 0})
    assert forms(member.get("/content/feed").text) == {"createContentFeedAddress"}
    assert not forms(signed_in("member").get("/content/feed").text)
