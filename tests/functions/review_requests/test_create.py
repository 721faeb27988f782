"""POST /v1/reviews/requests, and how the request is sent."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.clock import parse, rfc3339
from eal.core.tenancy import Tenant as Owner
from eal.domain.organization_settings.wire import ReviewsBody
from eal.domain.outreach import addresses
from eal.domain.outreach.emails.store import EMAILS, content_of
from eal.domain.outreach.review_requests.model import INTERVAL
from eal.domain.outreach.review_requests.wire import ReviewRequestCreate
from eal.domain.outreach.sending import lease
from eal.domain.outreach.suppressions import store as suppressions
from tests.support import outreach
from tests.support.callrail import actions, events, stored
from tests.support.claims import audit_records
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.reviews import PAGE_URL, request_shown, requested, send_request, set_up
from tests.support.tenants import operator
from tests.support.vendor_apis import ResendApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.outreach.suppressions.model import Topic
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def ready(clock: Clock, tenant: Tenant) -> Tenant:
    """A tenant that may ask for reviews, at a frozen time."""
    set_up(tenant)
    return tenant


def _email(tenant: Tenant, mode: str = "live") -> Any:
    (item,) = stored("EMAIL", tenant.id, mode)
    return EMAILS.load(item)


def _suppress(tenant: Tenant, address: str, topic: Topic) -> str:
    by = operator(tenant.id)
    found = suppressions.suppress_address(address, "unsubscribed", "api", by, topic=topic)
    by.transaction.commit()
    assert found
    return found.id


# ---------------------------------------------------------------- asking


def test_a_request_is_one_queued_email(ready: Tenant) -> None:
    response = send_request(ready, completed_at="2026-04-20T10:00:00Z")

    request = response.json
    assert (response.status, request["status"], response.headers["ETag"]) == (202, "queued", '"1"')
    assert request["next_possible_at"] == rfc3339(parse(request["requested_at"]) + INTERVAL)
    assert request_shown(ready, request["id"]) == request
    email = _email(ready)
    assert (email.id, email.kind, email.topic, email.status) == (
        request["email_id"],
        "review_request",
        "reviews",
        "queued",
    )
    assert (email.to, email.review_request_id) == ("dana@example.com", request["id"])
    assert actions("review_request", ready.id) == ["review_request.created"]
    assert events("review.requested", ready.id) == [], "only once it is sent"


def test_the_email_asks_for_an_honest_opinion_with_what_the_law_requires(ready: Tenant) -> None:
    request = requested(ready)

    content = content_of(request["email_id"], operator(ready.id))
    assert content
    for part in (content.text, content.html or ""):
        assert "Hello Dana Reyes" in part
        assert "honest opinion, good or bad" in part
        assert addresses.review_placeholder(request["id"]) in part
        assert addresses.unsubscribe_placeholder(request["email_id"]) in part
        assert "1 Main Street" in part
        assert "R-1042" not in part


@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example",
        "[Prize](https://evil.example)",
        "evil.example",
        "<b>x</b>",
        "{link}",
        "Dana 5/5",
    ],
)
def test_a_name_is_never_a_link_or_markup(ready: Tenant, name: str) -> None:
    request = requested(ready, name=name)

    content = content_of(request["email_id"], operator(ready.id))
    assert content
    assert content.text.startswith("Hello,\n")
    assert "evil" not in (content.html or "")
    assert request["name"] == name


@pytest.mark.parametrize("name", ["José", "Anne-Marie O'Neil", "Dr. Kim Lee", "李小龙"])
def test_usual_names_are_greeted(ready: Tenant, name: str) -> None:
    content = content_of(requested(ready, name=name)["email_id"], operator(ready.id))

    assert content
    assert content.text.startswith(f"Hello {name},\n")


def test_without_a_sender_or_a_page_there_is_no_request(tenant: Tenant) -> None:
    for settings in (
        {"sender": outreach.SENDER},
        {"sender": None, "reviews": {"other_review_url": PAGE_URL}},
    ):
        body = {"settings": settings}
        assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

        refused = send_request(tenant)

        assert (refused.status, refused.error) == (409, "conflict")
        assert "PATCH /organizations/me" in refused.json["error"]["message"]
    assert stored("REVIEW_REQUEST", tenant.id) == stored("EMAIL", tenant.id) == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"email": None}, "/email"),
        ({"email": "dana"}, "/email"),
        ({"name": "a\nBcc: x@example.com"}, "/name"),
        ({"job_reference": "a\x00"}, "/job_reference"),
        ({"completed_at": "2999-01-01T00:00:00Z"}, "/completed_at"),
        ({"lead_id": "lead_01kq09bekje6vbq5xe2b60xtww"}, "/lead_id"),
        ({"lead_id": "x"}, "/lead_id"),
    ],
)
def test_an_invalid_request_is_refused(ready: Tenant, fields: dict[str, Any], pointer: str) -> None:
    response = send_request(ready, **fields)

    assert (response.status, response.error) == (422, "validation_error"), response.text
    assert response.json["error"]["details"]["fields"][0]["pointer"] == pointer
    assert stored("REVIEW_REQUEST_CLAIM", ready.id) == []


def test_the_audit_log_has_no_personal_values(ready: Tenant) -> None:
    requested(ready)

    (record,) = audit_records(ready, "review_request.created")
    for word in ("Dana", "dana@", "R-1042"):
        assert word not in str(record)


# ---------------------------------------------------------------- no choice by sentiment


def test_no_parameter_can_choose_customers_by_what_they_will_write() -> None:
    """16 CFR 465: a request names customer and job, and nothing by which it could be kept back or led elsewhere."""
    assert set(ReviewRequestCreate.model_fields) == {
        "name", "email", "job_reference", "lead_id", "completed_at",
    }  # fmt: skip


def test_no_setting_can_either() -> None:
    assert set(ReviewsBody.model_fields) == {
        "google_review_url", "facebook_review_url", "other_review_url",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["rating", "sentiment", "score", "surface", "min_rating", "url", "subject", "body"]
)
def test_a_parameter_that_could_is_refused(ready: Tenant, name: str) -> None:
    assert send_request(ready, **{name: "5"}).status == 422


def test_what_is_known_of_a_customer_changes_neither_words_nor_page(ready: Tenant) -> None:
    """A customer who wrote one star, one who wrote five, and one whose lead was lost get the same e-mail."""
    texts = set()
    for number, rating in enumerate((1, 5, None)):
        lead = call("POST", "/v1/leads", key=ready.write, json_body={"email": f"c{number}@example.com"}).json
        if rating:
            review = {
                "surface": "google",
                "external_id": f"{number}",
                "rating": rating,
                "reviewed_at": "2026-04-01T00:00:00Z",
                "lead_id": lead["id"],
            }
            assert call("POST", "/v1/reviews", key=ready.write, json_body=review).status == 201
        else:
            body = {"to": "disqualified", "reason": "no_budget"}
            call("POST", f"/v1/leads/{lead['id']}/transitions", key=ready.write, json_body=body)
        request = requested(ready, email=f"c{number}@example.com", lead_id=lead["id"])
        content = content_of(request["email_id"], operator(ready.id))
        assert content
        own = f"{request['id']}|{request['email_id']}"
        texts.add(re.sub(own, "", content.text))

    assert len(texts) == 1


def test_the_words_offer_nothing_and_ask_for_no_stars() -> None:
    source = Path("layers/shared/eal/domain/outreach/review_requests/requesting.py").read_text(
        encoding="utf-8"
    )
    words = source[source.index("SUBJECT =") : source.index("_SPOKEN_NAME")].lower()
    for word in (
        "discount",
        "gift",
        "reward",
        "coupon",
        "prize",
        "five",
        "5",
        "star",
        "positive",
        "happy",
        "satisf",
    ):
        assert word not in words


# ---------------------------------------------------------------- once in 90 days


def test_an_address_gets_one_request_in_90_days(ready: Tenant, clock: Clock) -> None:
    first = requested(ready)
    clock.advance(seconds=INTERVAL.total_seconds() - 1)

    refused = send_request(ready, name="D. Reyes", job_reference="R-2000", email="DANA@example.com")

    details = refused.json["error"]["details"]
    assert (refused.status, refused.error) == (409, "conflict")
    assert (details["id"], details["matched_on"]) == (first["id"], "email")
    assert details["next_possible_at"] == first["next_possible_at"]
    assert len(stored("EMAIL", ready.id)) == 1

    clock.advance(seconds=1)
    assert requested(ready)["id"] != first["id"]
    assert send_request(ready).status == 409


def test_a_lead_gets_one_request_at_whatever_address(ready: Tenant) -> None:
    lead_id = call("POST", "/v1/leads", key=ready.write, json_body={"email": "dana@example.com"}).json["id"]
    first = requested(ready, lead_id=lead_id)

    refused = send_request(ready, email="dana@work.example.com", lead_id=lead_id)

    details = refused.json["error"]["details"]
    assert (refused.status, details["matched_on"], details["id"]) == (409, "lead_id", first["id"])
    assert requested(ready, email="dana@work.example.com")["lead_id"] is None, "nobody else is refused"


def test_modes_and_tenants_ask_on_their_own(ready: Tenant, stranger: Tenant) -> None:
    set_up(stranger)
    requested(ready)

    assert send_request(ready, ready.test_admin).status == 202
    assert send_request(stranger).status == 202


def test_parallel_requests_ask_once(ready: Tenant) -> None:
    lead_id = call("POST", "/v1/leads", key=ready.write, json_body={"email": "dana@example.com"}).json["id"]

    with ThreadPoolExecutor(8) as threads:
        # Half of them have the address in common, and half the lead.
        responses = list(
            threads.map(
                lambda number: (
                    send_request(ready, lead_id=lead_id, email=f"d{number}@example.com")
                    if number % 2
                    else send_request(ready, lead_id=lead_id)
                ),
                range(8),
            )
        )

    assert sorted(response.status for response in responses) == [202, *[409] * 7]
    assert len(stored("EMAIL", ready.id)) == len(stored("REVIEW_REQUEST", ready.id)) == 1


def test_a_request_that_another_one_overtakes_is_refused(
    ready: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with overtaken(monkeypatch, lambda: requested(ready)):
        late = send_request(ready)

    assert (late.status, late.json["error"]["details"]["matched_on"]) == (409, "email")
    assert len(stored("EMAIL", ready.id)) == 1


def test_a_repeated_request_gets_the_first_answer(ready: Tenant) -> None:
    body = {"name": "Dana Reyes", "email": "dana@example.com"}
    responses = [
        call(
            "POST",
            "/v1/reviews/requests",
            key=ready.write,
            json_body=body,
            headers={"Idempotency-Key": "once"},
        )
        for _ in range(2)
    ]

    assert responses[0].json == responses[1].json
    assert responses[1].headers["Idempotent-Replayed"] == "true"


# ---------------------------------------------------------------- suppression


@pytest.mark.parametrize("topic", ["all", "reviews"])
def test_a_customer_who_opted_out_gets_no_request(ready: Tenant, topic: Topic) -> None:
    suppression_id = _suppress(ready, "dana@example.com", topic)

    refused = send_request(ready)

    assert (refused.status, refused.json["error"]["details"]["suppression_id"]) == (409, suppression_id)
    assert stored("REVIEW_REQUEST_CLAIM", ready.id) == []


def test_a_suppressed_domain_gets_no_request(ready: Tenant) -> None:
    for body in ({"domain": "example.com", "topic": "reviews"}, {"domain": "example.org"}):
        assert call("POST", "/v1/outreach/suppressions", key=ready.write, json_body=body).status == 201

    assert send_request(ready).status == 409
    assert send_request(ready, email="dana@example.org").status == 409


@pytest.mark.parametrize("topic", ["all", "reviews"])
def test_an_opt_out_before_the_sending_leaves_the_90_days_free(
    ready: Tenant, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    outreach.set_up(ready)
    request = requested(ready)
    suppression_id = _suppress(ready, "dana@example.com", topic)
    resend = ResendApi("resend", f"Bearer {outreach.API_KEY}")

    with serving(resend, monkeypatch):
        assert outreach.send(ready.in_mode("live"))

    assert resend.requests == []
    shown = request_shown(ready, request["id"])
    assert (shown["status"], shown["next_possible_at"]) == ("not_sent", None)
    assert "suppression list" in shown["reason"]
    assert stored("REVIEW_REQUEST_CLAIM", ready.id) == []
    assert events("review.requested", ready.id) == []
    path = f"/v1/outreach/suppressions/{suppression_id}?reason=New+consent"
    assert call("DELETE", path, key=ready.admin).status == 204
    assert send_request(ready).status == 202


# ---------------------------------------------------------------- sending, live


@pytest.fixture
def api(ready: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[ResendApi]:
    outreach.set_up(ready)
    set_up(ready, track_opens=True)
    api = ResendApi("resend", f"Bearer {outreach.API_KEY}")
    with serving(api, monkeypatch):
        yield api


def test_the_sender_sends_the_request_with_links_that_work(ready: Tenant, api: ResendApi) -> None:
    request = requested(ready)
    owner = ready.in_mode("live")

    assert outreach.send(owner)

    (sent,) = api.requests
    assert sent.headers["idempotency-key"] == request["id"]
    link = f"https://api.example.com/v1/r/{addresses.review_token(owner, request['id'])}"
    assert f"Write a review ({link})" in sent.body["text"]
    assert f'href="{link}"' in sent.body["html"]
    assert ".invalid" not in str(sent.body)
    shown = request_shown(ready, request["id"])
    assert (shown["status"], shown["opened_at"], shown["visited_at"]) == ("sent", None, None)
    assert events("review.requested", ready.id) == [shown]
    assert actions("review_request", ready.id) == ["review_request.created", "review_request.sent"]


def test_a_sender_killed_after_any_call_asks_once(
    ready: Tenant, api: ResendApi, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = ready.in_mode("live")
    requested(ready)
    with watched_calls(monkeypatch) as calls:
        assert outreach.send(owner)
    for number in range(1, len(calls.made) + 1):
        request = requested(ready, email=f"c{number}@example.com")
        with watched_calls(monkeypatch) as killed:
            killed.kill_after = number
            with suppress(Killed):
                outreach.send(owner)
        clock.advance(seconds=lease.DURATION.total_seconds())

        assert outreach.send(owner)

        assert request_shown(ready, request["id"])["status"] == "sent"
        assert len(api.sending.sent) == number + 1
    assert len(events("review.requested", ready.id)) == len(calls.made) + 1


def test_requests_count_in_the_daily_cap(ready: Tenant, api: ResendApi) -> None:
    set_up(ready, daily_cap=1)
    requested(ready)
    second = requested(ready, email="kim@example.com")

    assert outreach.send(ready.in_mode("live"))

    assert len(api.requests) == 1
    assert request_shown(ready, second["id"])["status"] == "queued"


# ---------------------------------------------------------------- sending, test mode


def _in_the_mailbox(tenant: Tenant, name: str, **settings: object) -> dict[str, Any]:
    """A request to a name of the simulated mailbox, after everything that becomes of it."""
    set_up(tenant, **settings)
    request = requested(tenant, tenant.test_admin, email=f"{name}@mailbox.test")
    Pipeline().run()
    assert outreach.send(Owner(tenant.id, "test"))
    Pipeline().run()
    return request_shown(tenant, request["id"], tenant.test_admin)


def test_a_request_of_test_mode_arrives_in_the_simulated_mailbox(tenant: Tenant) -> None:
    shown = _in_the_mailbox(tenant, "opened+1", track_opens=True)

    assert shown["status"] == "sent"
    assert shown["opened_at"] is not None
    email = _email(tenant, "test")
    assert (email.status, email.kind) == ("delivered", "review_request")
    (event,) = events("review.requested", tenant.id, "test")
    assert (event["id"], event["status"]) == (shown["id"], "sent")
    assert stored("EMAIL", tenant.id) == []


def test_an_opening_is_recorded_only_if_the_tenant_wants_it(tenant: Tenant) -> None:
    assert _in_the_mailbox(tenant, "opened")["opened_at"] is None


@pytest.mark.parametrize("name", ["bounced", "complained"])
def test_a_bounce_or_a_complaint_ends_all_mail_to_the_customer(tenant: Tenant, name: str) -> None:
    shown = _in_the_mailbox(tenant, name)

    assert shown["status"] == "sent"
    found = suppressions.find(Owner(tenant.id, "test"), f"{name}@mailbox.test")
    assert found
    assert (found.topic, found.reason) == ("all", name)


def test_a_refused_address_may_get_another_request(tenant: Tenant) -> None:
    shown = _in_the_mailbox(tenant, "failed")

    assert (shown["status"], shown["next_possible_at"]) == ("not_sent", None)
    assert send_request(tenant, tenant.test_admin, email="failed@mailbox.test").status == 202


def test_the_test_clock_moves_the_90_days(clock: Clock, tenant: Tenant) -> None:
    shown = _in_the_mailbox(tenant, "delivered")
    assert send_request(tenant, tenant.test_admin, email="delivered@mailbox.test").status == 409
    path = "/v1/outreach/test-clock"
    body = {"advance_to": shown["next_possible_at"]}
    assert call("POST", path, key=tenant.test_admin, json_body=body).status == 202
    for _ in range(10):
        Pipeline().run()
        clock.advance(seconds=3)
        assert outreach.send(Owner(tenant.id, "test"))

    assert send_request(tenant, tenant.test_admin, email="delivered@mailbox.test").status == 202


def test_an_event_that_comes_again_changes_nothing(tenant: Tenant) -> None:
    shown = _in_the_mailbox(tenant, "clicked", track_opens=True, track_clicks=True)
    recorded = actions("review_request", tenant.id, "test")

    Pipeline().run()

    assert request_shown(tenant, shown["id"], tenant.test_admin) == shown
    assert actions("review_request", tenant.id, "test") == recorded
    # The click may arrive before the earlier opening, which then corrects `opened_at`.
    assert list(dict.fromkeys(recorded)) == [
        "review_request.created",
        "review_request.sent",
        "review_request.opened",
    ]
