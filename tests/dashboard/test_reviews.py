"""Reviews: stars as text, answers, the figures of months without reviews, and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

ID = "review_01kq09bekje6vbq5xe2b60xtww"
REVIEW = f"/reviews/{ID}"


def returns(api: FakeApi, operation: str, **members: Any) -> None:
    status, body = examples()[operation]
    api.responses[operation] = lambda _: (status, {**body, **members})


@pytest.mark.parametrize(("rating", "text"), [(5, "5 of 5"), (1, "1 of 5"), (None, "No stars")])
def test_stars_are_a_sign_and_a_text(rating: int | None, text: str, api: FakeApi) -> None:
    returns(api, "getReview", rating=rating)
    assert text in signed_in().get(REVIEW).words


@pytest.mark.parametrize(
    ("rating", "needs_one"), [(None, False), (5, False), (4, False), (3, True), (1, True)]
)
def test_a_low_rating_says_that_a_person_approves_the_answer(
    rating: int | None, needs_one: bool, api: FakeApi
) -> None:
    returns(api, "getReview", rating=rating)
    assert ("with three stars or fewer always needs one" in signed_in().get(REVIEW).words) == needs_one


def test_a_draft_of_an_answer_is_content_that_names_the_review(api: FakeApi) -> None:
    api.responses["createContent"] = lambda _: (202, {"id": "content_01kq09bekje6vbq5xe2b60xtww"})
    done = signed_in().fill(REVIEW, "draftAnswer", **{"brief.tone": "empathetic"})

    assert done.location == "/content/content_01kq09bekje6vbq5xe2b60xtww?done=draftAnswer"
    assert api.sent("createContent")[0].body == {
        "type": "review_response",
        "brief": {"review_id": ID, "tone": "empathetic"},
    }


def test_a_review_that_is_no_longer_shown_cannot_be_answered(api: FakeApi) -> None:
    returns(api, "getReview", status="deleted")
    shown = signed_in().get(REVIEW)

    assert "The review is no longer shown." in shown.words
    assert 'value="draftAnswer"' not in shown.text


def test_months_without_a_review_are_in_the_chart(api: FakeApi) -> None:
    returns(api, "getReviewStats", since="2026-01", until="2026-04")
    assert "0 Jan 0 Feb 0 Mar 3 Apr" in signed_in().get("/reviews/stats").words


def test_a_range_of_the_figures_is_in_the_address(api: FakeApi) -> None:
    signed_in().get("/reviews/stats?since=2026-01")
    assert api.sent("getReviewStats")[0].query == {"since": "2026-01"}


def test_a_request_says_when_the_next_is_possible(api: FakeApi) -> None:
    path = "/reviews/requests/review_request_01kq09bekje6vbq5xe2b60xtww"
    assert "Can be asked again Jul 23, 12:42" in signed_in().get(path).words

    returns(api, "getReviewRequest", status="not_sent", reason="suppressed", next_possible_at=None)
    assert "Can be asked again Now" in signed_in().get(path).words


def test_requests_say_that_nobody_is_chosen_by_what_they_may_write(api: FakeApi) -> None:
    for path in ("/reviews/requests", "/reviews/requests/new"):
        assert (
            "Every customer" in signed_in().get(path).words or "every customer" in signed_in().get(path).words
        )


def test_a_customer_gets_no_second_request_within_ninety_days(api: FakeApi) -> None:
    sentence = "The customer was asked on April 24 and can be asked again on July 23."
    api.responses["createReviewRequest"] = lambda _: (
        409,
        {"error": {"code": "conflict", "message": sentence}},
    )
    shown = signed_in().fill(
        "/reviews/requests/new", "createReviewRequest", name="Dana Reyes", email="dana@example.com"
    )
    assert shown.status == 409
    assert sentence in shown.words
