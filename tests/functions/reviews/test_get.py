"""GET /v1/reviews/{review_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eal.core import caller
from eal.domain.reviews import store as reviews
from eal.domain.reviews.model import ReviewReply
from tests.support.callrail import events
from tests.support.http import call
from tests.support.reviews import PATH, ingested, shown

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_earlier_versions_are_shown_newest_first(tenant: Tenant) -> None:
    review = ingested(tenant, rating=1)
    for rating in (2, 3, 4):
        ingested(tenant, rating=rating)

    found = shown(tenant, review["id"])

    assert (found["rating"], found["version"]) == (4, 4)
    assert [(earlier["version"], earlier["rating"]) for earlier in found["earlier_versions"]] == [
        (3, 3),
        (2, 2),
        (1, 1),
    ]


def test_no_more_than_twenty_versions_are_shown(tenant: Tenant) -> None:
    review = ingested(tenant, text="0")
    for number in range(1, 23):
        ingested(tenant, text=str(number))

    texts = [earlier["text"] for earlier in shown(tenant, review["id"])["earlier_versions"]]
    assert texts == [str(number) for number in range(21, 1, -1)]


def test_the_responses_to_a_review_are_shown_newest_first(tenant: Tenant) -> None:
    review = ingested(tenant)
    first, second = (_replied(tenant, review["id"]) for _ in range(2))
    _replied(tenant, ingested(tenant, external_id="other")["id"])

    responses = shown(tenant, review["id"])["responses"]

    assert [(response["id"], response["status"]) for response in responses] == [
        (second["id"], "generating"),
        (first["id"], "generating"),
    ]
    assert responses[0]["body"] is None


def _replied(tenant: Tenant, review_id: str) -> dict[str, Any]:
    body = {"type": "review_response", "brief": {"review_id": review_id}}
    response = call("POST", "/v1/content", key=tenant.write, json_body=body)
    assert response.status == 202, response.text
    content: dict[str, Any] = response.json
    return content


def test_the_reply_is_what_became_of_the_response(tenant: Tenant) -> None:
    review = ingested(tenant)
    for status in ("pending", "posted", "posted"):
        by = caller.worker("test", tenant.in_mode("live"), "req_test")
        reply = ReviewReply(content_id="content_1", text="Thank you.", status=status)
        reviews.record_reply(review["id"], reply, by)
        by.transaction.commit()

    found = shown(tenant, review["id"])

    assert (found["version"], found["reply"]["status"], found["reply"]["text"]) == (3, "posted", "Thank you.")
    assert [event["reply"]["status"] for event in events("review.updated", tenant.id)] == [
        "pending",
        "posted",
    ]
    assert found["earlier_versions"] == []


def test_another_tenants_review_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    review = ingested(stranger)

    for key in (tenant.read, stranger.test_admin):
        assert call("GET", f"{PATH}/{review['id']}", key=key).status == 404
