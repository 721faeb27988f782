"""A published response is posted as the reply to its review once, and deleted when it is not published any more."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.content import ContentText
from eal.core.clock import parse, rfc3339
from eal.vendors.google_business import replying
from eal.vendors.google_business.client import VENDOR
from tests.support import content, reviews
from tests.support.aws import backend
from tests.support.callrail import actions
from tests.support.faults import Killed, watched_calls
from tests.support.google import connect, requested, serving
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, sqs_event
from tests.support.reconciliation import run
from tools.fixtures.google_business import FakeGoogle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

WORKER, QUEUE = "workers/post_review_reply", "PostReviewReplyQueue"
TEXT = "Thank you for your review."


@pytest.fixture
def google(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGoogle]:
    fake = FakeGoogle(clock=lambda: rfc3339(clock.now()))
    with serving(fake, monkeypatch):
        yield fake


@pytest.fixture
def connected(clock: Clock, tenant: Tenant) -> None:
    connect(tenant.admin)


@pytest.fixture
def name(google: FakeGoogle) -> str:
    return google.write("r1")


def review_of(tenant: Tenant, name: str, key: str | None = None, **fields: object) -> str:
    return str(reviews.ingested(tenant, key, external_id=name, rating=5, **fields)["id"])


def approved(tenant: Tenant, review_id: str, text: str = TEXT) -> dict[str, Any]:
    draft = content.drafted(tenant, "review_response", ContentText(body=text), review_id=review_id)
    return content.move(tenant, draft, "in_review", "approved", key=tenant.admin)


def published(tenant: Tenant, review_id: str, text: str = TEXT) -> dict[str, Any]:
    return content.move(tenant, approved(tenant, review_id, text), "published", key=tenant.admin)


def tasks() -> list[str]:
    """The worker's tasks, oldest first."""
    found = [item for item in items("TASK") if item["task"]["S"] == "post_review_reply"]
    messages = [
        {
            "organization_id": item["organization_id"]["S"],
            "mode": item["mode"]["S"],
            "request_id": item["request_id"]["S"],
            **json.loads(item["data"]["S"]),
        }
        for item in sorted(found, key=lambda item: str(item["id"]["S"]))
    ]
    return [json.dumps(message) for message in messages]


def consume(*messages: str) -> list[bool]:
    """Pass messages to the worker, one by one. Returns which of them it consumed."""
    handler = load_app(WORKER).handler
    return [handler(sqs_event(QUEUE, [message]), None) == {"batchItemFailures": []} for message in messages]


def waiting() -> list[str]:
    """Take the worker's deferred messages, delayed or not, from moto's own queue."""
    queue = backend("sqs").queues[QUEUE]
    bodies = [message.body for message in queue._messages]
    queue._messages.clear()
    return bodies


def reply(tenant: Tenant, review_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = reviews.shown(tenant, review_id)["reply"]
    return found


def outcome(tenant: Tenant, review_id: str) -> tuple[str, str | None] | None:
    found = reply(tenant, review_id)
    return (found["status"], found["reason"]) if found else None


@pytest.mark.usefixtures("connected")
def test_a_published_response_is_posted_as_the_reply(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str
) -> None:
    review_id = review_of(tenant, name)
    item = published(tenant, review_id)
    Pipeline().run()

    assert google.reply(name) == TEXT
    assert reply(tenant, review_id) == {
        "status": "posted",
        "text": TEXT,
        "content_id": item["id"],
        "posted_at": rfc3339(clock.now()),
        "reason": None,
    }
    assert requested(google, "PUT") == [f"/v4/{name}/reply"]


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("after", ["unpublished", "archived"])
def test_a_response_that_is_not_published_any_more_is_deleted_at_google(
    tenant: Tenant, google: FakeGoogle, name: str, after: str
) -> None:
    review_id = review_of(tenant, name)
    item = published(tenant, review_id)
    consume(*tasks())
    content.move(tenant, item, after, key=tenant.admin)
    consume(*tasks())

    assert google.reply(name) is None
    assert reply(tenant, review_id) is None
    assert requested(google, "DELETE") == [f"/v4/{name}/reply"]


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("final", ["published", "unpublished"])
def test_messages_in_any_order_and_number_lead_to_what_the_item_says(
    tenant: Tenant, google: FakeGoogle, name: str, final: str
) -> None:
    review_id = review_of(tenant, name)
    item = published(tenant, review_id)
    for status in ("unpublished", "published", "unpublished")[: 2 if final == "published" else 3]:
        content.move(tenant, item, status, key=tenant.admin)
    messages = tasks()
    for order in itertools.permutations(messages):
        assert all(consume(*order))
        assert google.reply(name) == (TEXT if final == "published" else None)

    assert outcome(tenant, review_id) == (("posted", None) if final == "published" else None)
    assert len(requested(google, "PUT")) <= 1


@pytest.mark.usefixtures("connected")
def test_a_later_response_replaces_an_earlier_one_and_late_messages_do_not_undo_that(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str
) -> None:
    review_id = review_of(tenant, name)
    first = published(tenant, review_id, "Thank you for your first visit.")
    consume(*tasks())
    clock.advance(seconds=1)
    second = published(tenant, review_id, "Thank you for your second visit.")
    messages = tasks()
    consume(*messages, *reversed(messages))
    content.move(tenant, first, "unpublished", key=tenant.admin)
    consume(*tasks())

    assert google.reply(name) == "Thank you for your second visit."
    found = reply(tenant, review_id)
    assert found
    assert (found["content_id"], found["status"]) == (second["id"], "posted")


@pytest.mark.usefixtures("connected")
def test_the_worker_is_killed_after_any_call_and_the_reply_is_posted_once(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    (message,) = tasks()
    kills = 0
    for number in range(1, 40):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                consume(message)
            except Killed:
                kills += 1
                clock.advance(minutes=18)  # the visibility timeout, by which the lease has expired
                continue
            break

    assert kills > 5
    assert google.reply(name) == TEXT
    assert outcome(tenant, review_id) == ("posted", None)
    assert actions("review", tenant.id).count("review.replied") == 2, "pending, posted"


@pytest.mark.usefixtures("connected")
def test_a_worker_that_loses_any_response_of_aws_posts_the_reply_at_once_and_once(
    tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own lease does not keep it from posting."""
    for number in range(1, 20):
        name = google.write(f"r{number}")
        review_id = review_of(tenant, name)
        published(tenant, review_id)
        with watched_calls(monkeypatch) as calls:
            calls.lose_response_of = {number}
            assert consume(tasks()[-1]) == [True]

        assert google.reply(name) == TEXT
        assert outcome(tenant, review_id) == ("posted", None)
        assert len(requested(google, "PUT")) == number
        assert waiting() == []


@pytest.mark.usefixtures("connected")
def test_a_worker_that_is_killed_leaves_no_reply_of_an_unpublished_response(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_id = review_of(tenant, name)
    item = published(tenant, review_id)
    (message,) = tasks()
    for number in range(1, 40):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                consume(message)
            except Killed:
                pass
            else:
                break
        content.move(tenant, item, "unpublished", key=tenant.admin)
        clock.advance(minutes=18)
        assert consume(tasks()[-1], message) == [True, True]
        assert google.reply(name) is None
        assert reply(tenant, review_id) is None
        content.move(tenant, item, "published", key=tenant.admin)


@pytest.mark.usefixtures("connected")
def test_while_another_worker_acts_on_the_review_a_message_waits_and_sends_nothing(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str
) -> None:
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    (message,) = tasks()
    replying.acquire(tenant.in_mode("live"), review_id, clock.now())

    assert consume(message) == [True]
    assert google.requests == []
    (again,) = waiting()
    assert consume(again) == [True]
    assert google.requests == []
    clock.advance(seconds=180)
    assert consume(*waiting()) == [True]
    assert google.reply(name) == TEXT


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("late", [False, True])
def test_a_request_without_a_response_is_repeated_with_the_same_effect(
    tenant: Tenant, google: FakeGoogle, name: str, late: bool
) -> None:
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    google.next = [{"hang_up": True, "late": late}, {"status": 503}]
    assert consume(*tasks()) == [True]

    assert google.reply(name) == TEXT
    assert outcome(tenant, review_id) == ("posted", None)


@pytest.mark.usefixtures("connected")
def test_a_throttled_reply_waits_as_long_as_google_requests(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str
) -> None:
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    google.next = [{"status": 429, "headers": {"Retry-After": "2000"}}]
    assert consume(*tasks()) == [True]
    assert outcome(tenant, review_id) == ("pending", None)
    (message,) = waiting()
    assert parse(json.loads(message)["due_at"]) == clock.now() + timedelta(seconds=2000)

    before = len(google.requests)
    for _ in range(3):
        assert len(google.requests) == before
        clock.advance(seconds=900)
        assert consume(message) == [True]
        message, *_ = [*waiting(), ""]

    assert google.reply(name) == TEXT
    assert outcome(tenant, review_id) == ("posted", None)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("seconds", ["0", "-1", "1", "5", "Fri, 24 Apr 2026 17:00:00 GMT"])
def test_a_reply_that_google_wants_again_at_once_waits_nevertheless(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str, seconds: str
) -> None:
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    google.next = [{"status": 429, "headers": {"Retry-After": seconds}}] * 4
    assert consume(*tasks()) == [True]

    (message,) = waiting()
    assert parse(json.loads(message)["due_at"]) == clock.now() + timedelta(minutes=1)


@pytest.mark.usefixtures("connected")
def test_a_reply_is_failed_after_a_day_without_google_and_posted_by_publishing_again(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str
) -> None:
    review_id = review_of(tenant, name)
    item = published(tenant, review_id)
    messages = tasks()
    for _ in range(25):
        assert outcome(tenant, review_id) in (None, ("pending", None))
        google.next = [{"status": 503, "headers": {"Retry-After": "3600"}}]
        assert all(consume(*messages))
        messages = waiting()
        clock.advance(hours=1)

    assert messages == []
    assert outcome(tenant, review_id) == ("failed", "unavailable")
    google.next = []
    content.move(tenant, item, "unpublished", "published", key=tenant.admin)
    assert consume(tasks()[-1]) == [True]
    assert google.reply(name) == TEXT
    assert outcome(tenant, review_id) == ("posted", None)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("status", "reason"), [(400, "refused"), (403, "refused"), (404, "not_found"), (302, "refused")]
)
def test_a_refused_reply_is_failed_for_a_reason_and_not_tried_again(
    tenant: Tenant, google: FakeGoogle, name: str, status: int, reason: str
) -> None:
    review_id = review_of(tenant, name)
    item = published(tenant, review_id)
    google.next = [{"status": status}]
    assert consume(*tasks()) == [True]

    assert outcome(tenant, review_id) == ("failed", reason)
    assert waiting() == []
    google.accounts["1001"]["2001"]["r1"]["reviewReply"] = {"comment": "By the owner."}
    content.move(tenant, item, "unpublished", key=tenant.admin)
    assert consume(tasks()[-1]) == [True]
    assert reply(tenant, review_id) is None
    assert google.reply(name) == "By the owner.", "ours was not posted, so nothing is deleted"


@pytest.mark.usefixtures("connected")
def test_a_reply_that_google_rejects_later_is_failed_by_the_next_full_poll(
    clock: Clock, tenant: Tenant, google: FakeGoogle, name: str
) -> None:
    assert run(VENDOR)
    (review,) = call("GET", "/v1/reviews", key=tenant.read).json["data"]
    published(tenant, review["id"])
    consume(*tasks())
    clock.advance(days=1)
    assert run(VENDOR)
    assert outcome(tenant, review["id"]) == ("posted", None)

    google.accounts["1001"]["2001"]["r1"]["reviewReply"]["reviewReplyState"] = "REJECTED"
    clock.advance(days=1)
    assert run(VENDOR)

    found = reply(tenant, review["id"])
    assert found
    assert (found["status"], found["reason"], found["text"]) == ("failed", "rejected", TEXT)


@pytest.mark.usefixtures("connected")
def test_revoked_credentials_are_a_reason(tenant: Tenant, google: FakeGoogle, name: str) -> None:
    google.revoked = True
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    assert consume(*tasks()) == [True]
    assert outcome(tenant, review_id) == ("failed", "unauthorized")


def test_without_a_connection_the_reply_is_failed(tenant: Tenant, google: FakeGoogle, name: str) -> None:
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    assert consume(*tasks()) == [True]
    assert outcome(tenant, review_id) == ("failed", "not_connected")
    assert google.tokens == {}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("surface", "external_id", "reason"),
    [
        ("yelp", "y1", "surface_not_supported"),
        ("google", "AbFvOq", "not_found"),
        ("google", "accounts/1/locations/2/reviews/../../../x", "not_found"),
    ],
)
def test_a_review_that_google_s_api_cannot_name_gets_no_request(
    tenant: Tenant, google: FakeGoogle, surface: str, external_id: str, reason: str
) -> None:
    review_id = review_of(tenant, external_id, surface=surface)
    published(tenant, review_id)
    assert consume(*tasks()) == [True]
    assert outcome(tenant, review_id) == ("failed", reason)
    assert (google.tokens, google.requests) == ({}, [])


@pytest.mark.usefixtures("connected")
def test_a_review_that_was_erased_needs_no_reply(tenant: Tenant, google: FakeGoogle) -> None:
    message = {
        "organization_id": tenant.id,
        "mode": "live",
        "request_id": "r",
        "content_id": "content_01kq09bekje6vbq5xe2b60xtww",
        "review_id": "review_01kq09bekje6vbq5xe2b60xtww",
    }
    assert consume(json.dumps(message)) == [True]
    assert google.tokens == {}


def test_another_tenant_s_connection_is_not_used(
    tenant: Tenant, stranger: Tenant, google: FakeGoogle, name: str
) -> None:
    connect(stranger.admin)
    review_id = review_of(tenant, name)
    published(tenant, review_id)
    consume(*tasks())
    assert outcome(tenant, review_id) == ("failed", "not_connected")
    assert google.tokens == {}
