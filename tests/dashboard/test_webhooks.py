"""A webhook's page says whether its endpoint accepts events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi, Received

WEBHOOK = "/settings/webhooks/wh_01kq09bekje6vbq5xe2b60xtww"


def waits(api: FakeApi, number: int, *, attempted: bool, cursor: str | None = None) -> None:
    """Let the endpoint have this many pending deliveries, tried once or not yet."""
    (example,) = examples()["listWebhookDeliveries"][1]["data"]
    attempts = [{**example["attempts"][0], "status_code": 500}] if attempted else []
    pending = [{**example, "status": "pending", "attempts": attempts}] * number

    def respond(request: Received) -> tuple[int, Any]:
        if request.query.get("status") == "pending":
            return 200, {"data": pending, "next_cursor": cursor}
        return 200, {"data": [example], "next_cursor": None}

    api.responses["listWebhookDeliveries"] = respond


def test_an_endpoint_that_does_not_accept_events_is_failing(api: FakeApi) -> None:
    waits(api, 2, attempted=True)
    words = signed_in().get(WEBHOOK).words

    assert "Failing" in words
    assert "2 events wait: the endpoint did not accept them" in words


def test_more_events_than_were_counted_are_said_to_be_more(api: FakeApi) -> None:
    waits(api, 2, attempted=True, cursor="c2")

    assert "2 or more events wait" in signed_in().get(WEBHOOK).words


def test_an_event_that_was_not_sent_yet_is_no_failure(api: FakeApi) -> None:
    waits(api, 2, attempted=False)
    words = signed_in().get(WEBHOOK).words

    assert "Failing" not in words
    assert "Enabled" in words


def test_a_page_whose_count_is_not_available_is_shown_without_it(api: FakeApi) -> None:
    status, body = examples()["listWebhookDeliveries"]
    error = {"error": {"code": "internal_error", "message": "Try again.", "details": {}}}
    api.responses["listWebhookDeliveries"] = lambda request: (
        (500, error) if request.query.get("status") == "pending" else (status, body)
    )
    shown = signed_in().get(WEBHOOK)

    assert shown.status == 200
    assert "Failing" not in shown.words
