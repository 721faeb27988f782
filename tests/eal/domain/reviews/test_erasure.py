"""The erasure of a lead reaches its reviews, the requests for them, and what events and responses show of both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from eal.core import caller
from eal.domain.reviews import store as reviews
from eal.domain.reviews.model import ReviewReply
from tests.support import outreach
from tests.support.callrail import events, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tests.support.reviews import PATH, REQUESTS, ingested, post, requested, send_request, set_up
from tests.support.vendor_apis import ResendApi, serving

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

WORD = "Quackenbush"
EMAIL = "q@example.com"


def _reviewed(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A lead that was asked for a review, wrote two versions of it, and got a reply."""
    outreach.set_up(tenant)
    set_up(tenant)
    lead: dict[str, Any] = call(
        "POST", "/v1/leads", key=tenant.write, json_body={"email": EMAIL, "last_name": WORD}
    ).json
    requested(tenant, email=EMAIL, name=WORD, lead_id=lead["id"], job_reference=WORD)
    with serving(ResendApi("resend", f"Bearer {outreach.API_KEY}"), monkeypatch):
        assert outreach.send(tenant.in_mode("live"))
    written = {"external_id": WORD, "author": WORD, "lead_id": lead["id"]}
    ingested(tenant, text=WORD, **written)
    review = ingested(tenant, text=f"{WORD} again", **written)
    by = caller.worker("test", tenant.in_mode("live"), "req_test")
    reviews.record_reply(review["id"], ReviewReply(text=f"Dear {WORD}", status="pending"), by)
    by.transaction.commit()
    response = {"type": "review_response", "brief": {"review_id": review["id"], "topic": f"Thank {WORD}"}}
    assert call("POST", "/v1/content", key=tenant.write, json_body=response).status == 202
    return lead


def _task(tenant: Tenant, lead: dict[str, Any]) -> str:
    assert call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin).status == 204
    Pipeline()._relay()
    (task,) = peek("EraseTracesQueue")
    return json.dumps(task)


def _consume(body: str) -> None:
    response = load_app("workers/erase_traces").handler(sqs_event("EraseTracesQueue", [body]), None)
    assert response == {"batchItemFailures": []}


def test_nothing_of_an_erased_customer_is_left_and_the_counters_stay(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ingested(tenant, external_id="other")
    ingested(stranger, external_id=WORD, text="Of the other tenant")
    lead = _reviewed(tenant, monkeypatch)
    key = {"Idempotency-Key": "k"}
    body = {
        "surface": "yelp",
        "external_id": f"{WORD}-2",
        "text": WORD,
        "reviewed_at": "2026-04-01T00:00:00Z",
    }
    body["lead_id"] = lead["id"]
    assert call("POST", PATH, key=tenant.write, json_body=body, headers=key).status == 201
    stats = call("GET", f"{PATH}/stats?since=2026-01&until=2026-12", key=tenant.read).json

    _consume(_task(tenant, lead))
    Pipeline().run()  # the deletion of the response to the review

    mine = [item for item in items() if tenant.id in item["pk"]["S"]]
    assert WORD not in json.dumps(mine)
    assert EMAIL not in json.dumps([item for item in mine if item["kind"]["S"] != "AUDIT"])
    assert [review["id"] for review in call("GET", PATH, key=tenant.read).json["data"]] == [other["id"]]
    assert call("GET", REQUESTS, key=tenant.read).json["data"] == []
    assert call("GET", f"{PATH}/stats?since=2026-01&until=2026-12", key=tenant.read).json == stats
    for event_type in ("review.requested", "review.received", "review.updated"):
        assert events(event_type, tenant.id), "types and ids of events stay"
    assert len(stored("REVIEW", stranger.id)) == 1


def test_an_erased_review_is_not_ingested_again_and_its_author_gets_no_request(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _consume(_task(tenant, _reviewed(tenant, monkeypatch)))

    again = post(tenant, external_id=WORD, text=WORD)

    assert (again.status, again.error) == (409, "conflict")
    assert WORD not in again.text
    assert stored("REVIEW", tenant.id) == []
    assert send_request(tenant, email=EMAIL).status == 409


def test_an_erasure_killed_after_any_call_ends_with_the_same_state(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = _task(tenant, _reviewed(tenant, monkeypatch))
    assert WORD in json.dumps(items("REVIEW_VERSION"))

    killed_at = 0
    while True:
        killed_at += 1
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = killed_at
            try:
                _consume(body)
            except Killed:
                continue
        break

    assert killed_at > 5
    Pipeline().run()
    assert WORD not in json.dumps(items())
    for kind in ("REVIEW", "REVIEW_VERSION", "REVIEW_REQUEST", "CONTENT"):
        assert items(kind) == []
