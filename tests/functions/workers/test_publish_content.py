"""Scheduled content is published once at its time, whatever happens to its messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core import clock
from eal.core.clock import rfc3339
from tests.support import content as contents
from tests.support import reviews
from tests.support.aws import backend
from tests.support.callrail import actions, events, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline, peek
from tests.support.publishing import approved, due_marks, message, publish, schedule, schedules
from tests.support.time import freeze

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

HOUR = timedelta(hours=1)


def _was_published_once(tenant: Tenant, content_id: str) -> None:
    assert contents.read(tenant, {"id": content_id})["status"] == "published"
    assert actions("content", tenant.id).count("content.published") == 1
    assert [data["id"] for data in events("content.published", tenant.id)] == [content_id]
    feed = call("GET", "/v1/content/feed.json", key=tenant.read).json
    assert [item["id"] for item in feed["items"]] == [content_id]
    assert due_marks(tenant) == []


def test_scheduled_content_waits_in_scheduler_and_is_published_at_its_time(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + 2 * HOUR)
    pipeline = Pipeline()
    pipeline.run()
    assert contents.read(tenant, content)["status"] == "scheduled"
    assert due_marks(tenant) == [content["id"]]
    (planned,) = schedules().values()
    assert planned.name.startswith(content["id"])
    assert planned.action_after_completion == "DELETE"
    time.advance(hours=2)

    assert publish(planned.target["Input"]) == []
    pipeline.run()

    _was_published_once(tenant, content["id"])
    shown = contents.read(tenant, content)
    assert shown["published_at"] == rfc3339(time.at)
    assert (shown["published_revision"], shown["scheduled_at"]) == (1, None)
    assert shown["transitions"][-1]["by"] == {"type": "worker", "id": "publish_content"}
    (data,) = events("content.published", tenant.id)
    assert data["html"] == "<p>Close the main valve.</p>\n<p>Then call for help.</p>\n"
    assert {name: data[name] for name in shown if name != "version"} == {
        name: value for name, value in shown.items() if name != "version"
    }


def test_a_near_time_waits_in_the_queue(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + timedelta(minutes=10))

    Pipeline().run()

    assert schedules() == {}
    (waiting,) = backend("sqs").queues["PublishQueue"]._messages
    assert waiting.delayed_until / 1000 == pytest.approx(
        (time.at + timedelta(minutes=10)).timestamp(), abs=60
    )
    waiting.delayed_until = 0
    time.advance(minutes=10)
    (body,) = peek("PublishQueue")
    assert publish(json.dumps(body)) == []
    _was_published_once(tenant, content["id"])


def test_a_clock_behind_that_of_scheduler_waits_for_the_rest(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    time.advance(minutes=59, seconds=59, milliseconds=999)

    assert publish(message(tenant, content)) == []

    assert contents.read(tenant, content)["status"] == "scheduled"
    (waiting,) = backend("sqs").queues["PublishQueue"]._messages
    waiting.delayed_until = 0
    time.advance(milliseconds=1)
    (body,) = peek("PublishQueue")
    assert publish(json.dumps(body), json.dumps(body)) == []
    _was_published_once(tenant, content["id"])


@pytest.mark.parametrize("number", range(1, 4))
def test_content_is_published_once_after_a_kill_at_each_call(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    time.advance(hours=1)
    body = message(tenant, content)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        try:
            publish(body)
        except Killed:
            killed = True
        else:
            killed = False
    assert killed is (number <= 2), calls.made

    assert publish(body, body) == []

    _was_published_once(tenant, content["id"])


@pytest.mark.parametrize("number", range(1, 3))
def test_a_message_that_waits_survives_a_kill(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    body = message(tenant, content)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            publish(body)

    assert publish(body) == []

    (planned,) = schedules().values()
    time.advance(hours=1)
    assert publish(planned.target["Input"]) == []
    _was_published_once(tenant, content["id"])


def test_rescheduled_content_ignores_the_message_for_its_former_time(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    first = schedule(tenant, approved(tenant), time.at + HOUR)
    contents.move(tenant, first, "approved")
    second = schedule(tenant, first, time.at + 3 * HOUR)
    Pipeline().run()
    assert len(schedules()) == 1, "the message for the former time was dropped on its way"
    time.advance(hours=1)

    assert publish(message(tenant, first)) == []

    assert contents.read(tenant, first)["status"] == "scheduled"
    time.advance(hours=2)
    assert publish(message(tenant, first), message(tenant, second), message(tenant, first)) == []
    _was_published_once(tenant, first["id"])


def test_content_that_is_rescheduled_earlier_is_published_then(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    late = schedule(tenant, approved(tenant), time.at + 3 * HOUR)
    contents.move(tenant, late, "approved")
    early = schedule(tenant, late, time.at + HOUR)
    time.advance(hours=1)

    assert publish(message(tenant, early)) == []
    time.advance(hours=2)
    assert publish(message(tenant, late)) == []

    _was_published_once(tenant, late["id"])


def test_content_that_is_scheduled_again_for_the_same_time_is_published_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    at = time.at + HOUR
    Pipeline().run()
    contents.move(tenant, content, "approved")
    schedule(tenant, content, at)
    Pipeline().run()
    (planned,) = schedules().values()
    time.advance(hours=1)

    assert publish(planned.target["Input"], planned.target["Input"]) == []

    _was_published_once(tenant, content["id"])


def test_unscheduled_deleted_and_published_content_is_left_alone(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    unscheduled, deleted, by_hand = (schedule(tenant, approved(tenant), time.at + HOUR) for _ in range(3))
    contents.move(tenant, unscheduled, "approved")
    contents.move(tenant, deleted, "approved")
    assert call("DELETE", f"/v1/content/{deleted['id']}", key=tenant.admin).status == 204
    contents.move(tenant, by_hand, "published")
    assert due_marks(tenant) == []
    time.advance(hours=1)

    foreign = message(tenant, unscheduled, mode="test")
    unknown = message(tenant, {"id": "x", "scheduled_at": rfc3339(time.at)})
    bodies = [message(tenant, content) for content in (unscheduled, deleted, by_hand)]
    assert publish(*bodies, foreign, unknown) == []

    assert contents.read(tenant, unscheduled)["status"] == "approved"
    _was_published_once(tenant, by_hand["id"])


def test_a_person_who_unschedules_while_the_worker_runs_wins_or_comes_too_late(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    time.advance(hours=1)
    body = message(tenant, content)

    with overtaken(monkeypatch, lambda: contents.move(tenant, content, "approved")):
        assert publish(body) == []

    assert contents.read(tenant, content)["status"] == "approved"
    assert events("content.published", tenant.id) == []
    again = schedule(tenant, content, time.at + HOUR)
    time.advance(hours=1)
    with overtaken(monkeypatch, lambda: publish(message(tenant, again))):
        response = contents.act(tenant, content, "transitions", {"to": "approved"})
    assert (response.status, response.error) == (409, "illegal_transition")
    _was_published_once(tenant, content["id"])


def test_two_messages_at_the_same_moment_publish_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    time.advance(hours=1)
    body = message(tenant, content)

    with overtaken(monkeypatch, lambda: publish(body)):
        assert publish(body) == []

    _was_published_once(tenant, content["id"])


def test_a_refused_schedule_waits_in_the_queue_instead(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["CreateSchedule"] = "ThrottlingException"
        assert publish(message(tenant, content)) == []

    (waiting,) = backend("sqs").queues["PublishQueue"]._messages
    assert waiting.delayed_until / 1000 == pytest.approx(
        (time.at + timedelta(minutes=15)).timestamp(), abs=60
    )


def test_a_message_that_cannot_wait_returns(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    time = freeze(monkeypatch)
    content = schedule(tenant, approved(tenant), time.at + HOUR)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["CreateSchedule"] = "ValidationException"
        assert publish(message(tenant, content)) == ["message-0"]


def test_a_response_whose_review_lost_stars_meanwhile_goes_back_to_a_person(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    review = reviews.ingested(tenant, rating=5)
    content = contents.drafted(tenant, "review_response", review_id=review["id"])
    contents.move(tenant, content, "in_review", "approved")
    scheduled = schedule(tenant, content, time.at + HOUR)
    reviews.ingested(tenant, rating=1)
    time.advance(hours=1)

    assert publish(message(tenant, scheduled)) == []

    shown = contents.read(tenant, content)
    assert (shown["status"], shown["scheduled_at"]) == ("approved", None)
    assert "needs a person's approval" in shown["transitions"][-1]["notes"]
    assert due_marks(tenant) == []
    assert events("content.published", tenant.id) == []
    assert [task["task"] for task in stored("TASK", tenant.id) if task["task"] == "post_review_reply"] == []


def test_publishing_a_response_enqueues_its_reply_in_the_same_transaction(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = freeze(monkeypatch)
    review = reviews.ingested(tenant, rating=5)
    content = contents.drafted(tenant, "review_response", review_id=review["id"])
    contents.move(tenant, content, "in_review", "approved")
    scheduled = schedule(tenant, content, time.at + HOUR)
    time.advance(hours=1)

    assert publish(message(tenant, scheduled), message(tenant, scheduled)) == []

    (task,) = [task for task in stored("TASK", tenant.id) if task["task"] == "post_review_reply"]
    assert json.loads(str(task["data"])) == {"review_id": review["id"], "content_id": content["id"]}
    (data,) = events("content.published", tenant.id)
    assert (data["html"], data["body"]) == (None, "Thank you for your review.")
    assert call("GET", "/v1/content/feed.json", key=tenant.read).json["items"] == []


def test_content_of_test_mode_is_published_there(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    time = freeze(monkeypatch)
    key = tenant.test_admin
    content = contents.ordered(tenant, key=key)
    contents.write(tenant, content, mode="test")
    at = rfc3339(time.at + HOUR)
    scheduled = contents.move(tenant, content, "in_review", "approved", "scheduled", key=key, scheduled_at=at)
    time.advance(hours=1)

    assert publish(message(tenant, scheduled, mode="test")) == []

    assert len(events("content.published", tenant.id, "test")) == 1
    assert events("content.published", tenant.id) == []
    assert len(call("GET", "/v1/content/feed.json", key=key).json["items"]) == 1
    assert call("GET", "/v1/content/feed.json", key=tenant.read).json["items"] == []
    assert clock.now() == time.at
